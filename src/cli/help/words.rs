//! The Chinese of every command and argument. The test of this file walks the whole command line and names what is
//! missing here.

/// Commands by path.
const COMMANDS: &[(&str, &str)] = &[
    ("anshi", "暗室：数据沙箱。数据可用而不可见。"),
    ("anshi init", "建立暗室：密钥、目录、政策、账本、日志"),
    ("anshi demo", "演示全市数据的任一用途，从虚构数据到验证回执；默认演示银行询问一家企业"),
    ("anshi run", "询问一次，并写出回执包"),
    ("anshi synth", "生成各部门的合成交付：同一种子，结果相同"),
    ("anshi ingest", "将交付的数据入库，形成新快照"),
    ("anshi snapshot", "列出、查看、核验和清理快照"),
    ("anshi snapshot list", "列出暗室的快照"),
    ("anshi snapshot show", "查看一份快照：数据集、行数、主体数和数据日期"),
    ("anshi snapshot verify", "重读每个文件，凡可推导者重新推导"),
    ("anshi snapshot prune", "清理旧快照，及只有它们用到的文件"),
    ("anshi catalog", "检查、查看和起草目录"),
    ("anshi catalog check", "检查目录中的文件"),
    ("anshi catalog show", "查看一个数据集"),
    ("anshi catalog infer", "根据一个文件起草数据集的 TOML"),
    ("anshi guest", "新建程序的项目，编译、查看和登记程序"),
    ("anshi guest new", "新建程序的项目：源码、开发库、约定和用例，可在任何代码仓库之外编译"),
    ("anshi guest build", "用程序所用语言的工具编译（会运行项目自带的程序），并制成组件"),
    ("anshi guest inspect", "说明程序读取什么、可能回答什么，哪些政策接受它，以及能接受它的最小政策"),
    ("anshi guest test", "在合成数据上按政策测试程序：各用例的结果、运行用量、没有用例需要的列"),
    ("anshi guest register", "在暗室中登记程序"),
    ("anshi pack", "把编写程序所需的内容交给银行的开发者，且仅此而已"),
    ("anshi pack export", "把暗室的目录、某客户的政策、WIT 和虚构城市的种子写成一个文件"),
    ("anshi pack import", "逐字节检查之后，把包变成文件夹"),
    ("anshi policy", "检查、列出、说明、比较、测试、批准政策"),
    ("anshi policy check", "检查政策和额度账户：一次列出全部错误，各附位置和改法；然后列出不妥之处"),
    ("anshi policy schema", "输出政策文件的 JSON Schema，供编辑器使用"),
    ("anshi policy canonical", "输出文件中摘要（亦即批准）所针对的内容：去掉注释和排版，按固定顺序"),
    ("anshi policy list", "列出暗室的政策：哪些生效、由谁批准、至何日止"),
    ("anshi policy explain", "用平实的语句说明一项政策允许问什么、最坏情况下会泄露多少"),
    ("anshi policy diff", "比较两个版本：每处改动是放宽、收紧还是两者皆非。有任何放宽时退出码为 3"),
    (
        "anshi policy test",
        "用真实的引擎在合成数据上逐一询问政策旁 `cases.toml` 中的用例，并与预期比较。有不符时退出码为 1",
    ),
    ("anshi policy dossier", "将审计员据以决定的内容写成一个可打印的网页文件：说明、改动、用例、程序、批准、警告"),
    ("anshi policy approve", "以审计员身份批准政策或额度账户：足够多的不同审计员批准后生效"),
    ("anshi policy revoke", "以作出批准的审计员身份撤回批准"),
    ("anshi consent", "以开发用授权机构或其他机构签发和撤销授权书"),
    ("anshi consent issue", "签署授权书"),
    ("anshi consent revoke", "撤销授权书：不再用于任何询问"),
    ("anshi receipt", "查看和验证回执"),
    ("anshi receipt show", "查看回执包的内容，不验证"),
    ("anshi receipt verify", "离线验证回执包：签名、日志收录、各部分相符"),
    ("anshi audit", "重新推导暗室的日志、账本和快照，查看其询问，重新计算标签"),
    ("anshi audit verify", "重新推导日志、条目、账本合计和快照，并与现存比较"),
    ("anshi audit show", "查看谁询问了什么、涉及多少当事人、作何用途、依据哪项政策；不显示给出了哪个标签"),
    ("anshi audit export", "把一个月的询问写成 CSV 和可打印的网页"),
    ("anshi audit replay", "由留存的内容重新计算一个标签，说明是否与回执一致"),
    ("anshi budget", "查看已用额度"),
    ("anshi budget show", "查看有扣减的账户"),
    ("anshi key", "生成、查看和轮换密钥"),
    ("anshi key new", "生成 Ed25519 密钥，写成只有所有者可读的私钥 JWK"),
    ("anshi key show", "以 JWK 查看私钥的公开部分"),
    ("anshi key rotate", "为暗室更换回执密钥；此前的回执仍可验证。引擎须停止"),
    ("anshi backup", "引擎运行时，按某一时刻的一致状态复制暗室"),
    ("anshi restore", "逐字节检查备份之后，由备份建立暗室"),
    ("anshi doctor", "检查暗室：密钥、时钟、磁盘、账本、镜像、数据、政策"),
    ("anshi submit", "通过 HTTP 向别处的引擎询问一次，验证其回答并写出回执包"),
    ("anshi client", "规定谁可以使用引擎、用哪些密钥"),
    ("anshi client add", "添加一个调用方，或为其增加密钥：两个密钥即为轮换之中"),
    ("anshi client list", "列出可以使用引擎的各方及其密钥"),
    ("anshi client retire", "停用一个密钥；停用最后一个时，其所有者一并移除"),
    ("anshi serve", "以 HTTP 提供服务：作业、程序、政策、额度、日志"),
    ("anshi worker", "以流的方式逐个主体运行统计表：标准输入为各主体的行（Arrow IPC），标准输出为各自的贡献"),
    ("anshi completions", "输出脚本，供命令行外壳补全命令和参数"),
    ("anshi man", "写出手册，每个命令一页"),
];

/// Arguments by command and id; with an empty command, of every command that has no row of its own.
const ARGUMENTS: &[(&str, &str, &str)] = &[
    ("", "help", "显示帮助"),
    ("", "version", "显示版本"),
    ("", "json", "输出 JSON，供程序使用"),
    ("", "lang", "供人阅读的内容所用语言：zh 或 en（默认取自系统区域设置）"),
    ("", "home", "暗室的文件夹"),
    ("anshi init", "home", "暗室的文件夹：不存在或为空"),
    (
        "anshi init",
        "kind",
        "暗室的种类，建立后不可更改：synthetic 只用合成数据，密钥标为测试用；production 用真实数据，须经批准",
    ),
    ("anshi demo", "home", "演示用暗室的文件夹：不存在或为空"),
    (
        "anshi demo",
        "scenario",
        "演示哪个场景，即哪项政策；`--list` 列出全部。只生成该政策用到的数据（默认：sme-credit-check，并生成全部数据集）",
    ),
    ("anshi demo", "list", "列出可以演示的场景"),
    ("anshi demo", "policies", "政策的总文件夹，其中的政策各有用例（默认：内置的政策）"),
    (
        "anshi demo",
        "scale",
        "数据规模：1 即内置的全部数据集共 1110 万行；不会少于用例所需（默认：用例所需，统计表和批量询问更多；未指明场景时为 0.01）",
    ),
    ("anshi demo", "guest", "作答的程序（默认：`--guests` 中按用例所称名称的程序）"),
    ("anshi demo", "guests", "程序所在的文件夹（默认：`target/guests`，或 `guests`，或 `anshi` 旁的 `guests`）"),
    ("anshi run", "policy", "据以询问的政策；可用 `anshi policy list` 查看"),
    ("anshi run", "guest", "作答的程序；会先行登记"),
    ("anshi run", "parties", "当事方：其在政策中的角色和标识；每个当事方一次。统计表没有当事方"),
    ("anshi run", "parameters", "政策的参数；每个参数一次"),
    ("anshi run", "consents", "授权书；每份一次。在合成数据的暗室中可用 `auto`：缺少者由开发用授权机构签署"),
    ("anshi run", "rows", "政策所声明的自有数据集之各行：数据集名称，和首行为列名的 CSV 文件；每个数据集一次"),
    ("anshi run", "client", "询问的客户"),
    ("anshi run", "client_key", "客户的私钥（默认用合成数据暗室的开发用客户私钥）"),
    ("anshi run", "out", "回执包写到何处"),
    ("anshi run", "csv", "统计表以 CSV 写到何处"),
    ("anshi run", "plot", "将统计表画成 SVG 图，写到何处：每格一柱，并示 95% 区间"),
    (
        "anshi run",
        "via_worker",
        "由若干 `anshi worker` 进程运行统计表的各主体，每个处理器核心一个：即在集群上运行的形式",
    ),
    ("anshi synth", "out", "交付数据写到哪个文件夹"),
    ("anshi synth", "scale", "数据规模：1 即内置的全部数据集共 1110 万行"),
    ("anshi synth", "seed", "随机种子：种子相同，则逐字节相同"),
    ("anshi synth", "as_of", "数据截至哪一天"),
    ("anshi synth", "catalog", "目录的文件夹（默认用内置目录）"),
    ("anshi synth", "pack", "包的文件夹：用其目录和种子，代替 `--catalog`、`--seed`、`--scale` 和 `--as-of`"),
    ("anshi pack export", "home", "暗室的文件夹；引擎可以在运行"),
    ("anshi pack export", "client", "得到此包的客户：其政策和额度随包而去，他人的不会"),
    ("anshi pack export", "out", "包写到何处"),
    ("anshi pack export", "scale", "虚构城市的规模：1 即内置的全部数据集共 1110 万行"),
    ("anshi pack export", "seed", "虚构城市的随机种子"),
    ("anshi pack export", "as_of", "虚构城市的数据截至哪一天"),
    ("anshi pack export", "force", "覆盖已有的文件"),
    ("anshi pack import", "file", "包，即 `anshi pack export` 所写的文件"),
    ("anshi pack import", "dir", "包变成的文件夹：不存在或为空"),
    ("anshi pack import", "sha256", "`anshi pack export` 所显示的摘要：此后被调换的包，摘要不同"),
    ("anshi pack import", "force", "替换以前的包"),
    ("anshi completions", "shell", "外壳：bash、zsh、fish、elvish 或 powershell"),
    ("anshi man", "dir", "手册写到哪个文件夹：每个命令一页"),
    ("anshi ingest", "from", "交付数据所在的文件夹"),
    ("anshi ingest", "as_of", "数据截至哪一天（合成数据自带此日期）"),
    ("anshi ingest", "datasets", "只入库这个数据集；每个数据集一次"),
    ("anshi ingest", "dry_run", "全部读取和检查，报告与正式入库相同，但不改动任何内容"),
    ("anshi ingest", "rejects", "试运行时将拒收的全部各行列在此文件夹（默认只显示前几行）"),
    ("anshi catalog check", "paths", "目录的文件夹，或其中的文件（默认为当前文件夹下的 `catalog`）"),
    ("anshi catalog check", "home", "检查这个暗室的目录"),
    ("anshi catalog show", "name", "数据集；不写则列出全部"),
    ("anshi catalog show", "home", "暗室的文件夹：查看其目录（默认用内置目录）"),
    ("anshi catalog show", "catalog", "目录的文件夹（默认用内置目录）"),
    ("anshi catalog infer", "file", "交付的文件"),
    ("anshi catalog infer", "name", "新数据集的名称"),
    ("anshi catalog infer", "unit", "其行关于哪种主体（默认由文件判断）"),
    ("anshi catalog infer", "key", "哪一列是主体的标识，写列标题（默认由文件判断）"),
    ("anshi catalog infer", "rows", "至多读多少行；`all` 为全部"),
    ("anshi catalog infer", "out", "草稿写到何处（默认输出到标准输出）"),
    ("anshi snapshot", "name", "快照，`sha256:…`（默认为当前快照）"),
    ("anshi snapshot prune", "home", "暗室的文件夹；引擎可以在运行，其所用的快照会保留"),
    ("anshi snapshot prune", "keep", "保留最新的几份；当前快照总会保留"),
    ("anshi snapshot prune", "dry_run", "只说明会清理什么，不清理"),
    ("anshi guest new", "name", "程序的名称：a–z、0–9 和 `-`，以字母开头"),
    ("anshi guest new", "lang", "程序的语言：rust、js、python 或 c"),
    ("anshi guest new", "world", "回答什么：verifier，关于具名当事人的标签；contributor，一个主体汇入统计表的内容"),
    ("anshi guest new", "dir", "项目的文件夹（默认：当前文件夹下以名称命名）"),
    ("anshi guest new", "force", "在非空的文件夹中重写属于开发包的文件；其余文件不变"),
    ("anshi guest build", "folder", "程序的文件夹，其中有 guest.toml 或 Cargo.toml"),
    ("anshi run", "force", "覆盖已有的文件"),
    ("anshi consent issue", "force", "覆盖已有的文件"),
    ("anshi guest build", "force", "覆盖已有的、并非程序的文件"),
    ("anshi guest build", "out", "组件写到何处（默认在编译输出旁）"),
    ("anshi guest inspect", "file", "程序的文件"),
    ("anshi guest inspect", "policies", "与哪个政策总文件夹比较（默认为内置政策）"),
    ("anshi guest inspect", "catalog", "目录所在的文件夹（默认为内置的目录）"),
    ("anshi guest inspect", "pack", "包的文件夹：与其中的政策和目录比较"),
    ("anshi guest inspect", "policy", "只与这一项政策比较，并说明不接受的每一条理由"),
    ("anshi guest inspect", "home", "与哪个暗室的政策和目录比较"),
    ("anshi guest inspect", "draft", "把能接受程序的最小政策写成草稿；须由人决定的各行均有标记"),
    ("anshi guest inspect", "force", "覆盖已有的草稿"),
    ("anshi guest test", "folder", "程序的项目文件夹，其中有 guest.toml；先行编译（默认为当前文件夹）"),
    ("anshi guest test", "guest", "已编译的程序，无须项目"),
    ("anshi guest test", "policy", "政策的文件夹，或 `--policies` 中或内置政策的编号（默认为项目所写）"),
    ("anshi guest test", "cases", "用例（默认为项目的用例，或政策旁的用例）"),
    ("anshi guest test", "accounts", "额度账户（默认为政策旁的额度账户）"),
    ("anshi guest test", "policies", "政策的总文件夹，按编号查找（默认为内置政策）"),
    ("anshi guest test", "catalog", "目录所在的文件夹（默认为内置的目录）"),
    ("anshi guest test", "pack", "包的文件夹：用其中的政策和目录，代替 `--policies` 和 `--catalog`"),
    ("anshi guest test", "no_build", "不编译，测试上次编译的结果"),
    ("anshi guest test", "watch", "源文件、用例或政策一有改动就重新测试，直至按 Ctrl-C"),
    ("anshi guest test", "keep", "新文件夹，保存询问第一个用例之前的合成暗室、各项请求和回执包"),
    ("anshi guest register", "file", "程序的文件"),
    ("anshi policy check", "paths", "政策、`accounts.toml`、或其文件夹（默认：--policies 或 --home 的全部）"),
    ("anshi policy check", "home", "所依据的暗室，取其目录、校准、额度账户和程序（默认用内置目录和保守的校准）"),
    ("anshi policy check", "policies", "所检查的政策总文件夹：其中全部政策及额度账户"),
    ("anshi policy check", "guest", "应与政策相符的程序；政策有多项时，用于与其相符者"),
    ("anshi policy check", "trial", "另在暗室的合成数据上运行程序：看上下限是否造成偏差或被噪声淹没、历史是否用得上"),
    ("anshi policy check", "format", "写成什么：human 为供人阅读的文本，json 供程序使用，含两种语言"),
    ("anshi policy schema", "accounts", "`accounts.toml` 的，而非政策的"),
    ("anshi policy canonical", "file", "政策的文件或文件夹，或 `accounts.toml`"),
    ("anshi policy", "id", "政策"),
    ("anshi policy", "accounts", "额度账户 `accounts.toml`，而非某项政策"),
    ("anshi policy", "policies", "政策的文件夹，代替暗室；目录用内置目录"),
    ("anshi policy", "key", "审计员的私钥"),
    ("anshi policy explain", "format", "写成什么：text 为文本，html 为一个网页文件，json 含两种语言及各句的编号"),
    (
        "anshi policy diff",
        "old",
        "旧版本：政策的文件或文件夹、额度账户文件、或政策的总文件夹；git 的 `REVISION:PATH`；有 `-- PATH` 时为版本",
    ),
    ("anshi policy diff", "new", "新版本，种类相同"),
    ("anshi policy diff", "home", "所依据的暗室，取其目录（默认用内置目录）"),
    ("anshi policy test", "named", "政策的文件夹、政策的总文件夹、或政策标识（默认为暗室或 `--policies` 的全部政策）"),
    ("anshi policy test", "home", "所依据的暗室，取其政策和目录（默认用内置目录）"),
    ("anshi policy test", "policies", "政策的总文件夹，据以查找标识"),
    ("anshi policy", "guest", "一项政策的用例所询问的程序"),
    ("anshi policy", "guests", "程序所在的文件夹，以用例中的名称命名：`NAME.wasm`"),
    ("anshi policy diff", "path", "比较 git 两个版本中的何处，相对于当前文件夹"),
    ("anshi policy dossier", "out", "审查材料写到何处：一个可打印的网页文件"),
    ("anshi policy dossier", "against", "与哪个早先版本比较：文件、文件夹，或 git 的 `REVISION:PATH`"),
    ("anshi policy dossier", "force", "覆盖已有的文件"),
    ("anshi policy approve", "until", "批准的最后一日（默认：政策的最后一日；额度账户则为一年后）"),
    ("anshi consent issue", "policy", "所授权的政策；可用 `anshi policy list` 查看"),
    ("anshi consent issue", "party", "授权的当事方：其在政策中的角色和标识"),
    ("anshi consent issue", "client", "可以询问的客户"),
    ("anshi consent issue", "uses", "可用于几次询问"),
    ("anshi consent issue", "days", "有效几天"),
    ("anshi consent issue", "issuer", "签署的授权机构"),
    ("anshi consent issue", "key", "授权机构的私钥（默认用合成数据暗室的开发用授权机构私钥）"),
    ("anshi consent issue", "out", "授权书写到何处"),
    ("anshi consent revoke", "consent", "授权书的文件"),
    ("anshi consent revoke", "jti", "授权书的编号，即 `anshi consent issue` 所显示者；用于手头没有文件时"),
    ("anshi consent revoke", "issuer", "与 --jti 同用：签署该授权书的授权机构"),
    ("anshi receipt", "bundle", "回执包，即 `anshi run` 所写的文件"),
    ("anshi receipt verify", "jwks", "引擎的公钥集：暗室的 `jwks.json`"),
    ("anshi receipt verify", "log_key", "日志的公钥：暗室的 `log.vkey`"),
    ("anshi receipt verify", "parties", "回执应关于谁：角色和标识；每个当事方一次"),
    ("anshi audit", "month", "只看这个月（按 UTC）"),
    ("anshi audit export", "month", "哪个月（按 UTC）"),
    ("anshi audit", "client", "只看这个客户的询问"),
    ("anshi audit", "policy", "只看依据这项政策的询问"),
    ("anshi audit export", "out", "写到哪个文件夹"),
    ("anshi audit export", "force", "覆盖已有的文件"),
    ("anshi audit replay", "bundle", "回执包，由其客户提供"),
    ("anshi audit replay", "home", "作答的暗室；引擎可以在运行"),
    ("anshi budget show", "party", "只看这家企业或这个人的账户"),
    ("anshi key new", "out", "写到何处；已有的文件不会被覆盖"),
    ("anshi key show", "file", "私钥的文件"),
    ("anshi key rotate", "kind", "更换哪一把密钥：receipt 签署回执；log 签署日志检查点，不可更换"),
    ("anshi backup", "home", "暗室的文件夹；引擎可以在运行"),
    ("anshi backup", "to", "备份写到何处：不存在或为空的文件夹，且在暗室之外"),
    ("anshi backup", "keys_to", "私钥写到何处，只有所有者可读：在暗室和备份之外。不写则不复制私钥"),
    ("anshi restore", "from", "备份，即 `anshi backup` 所写的文件夹"),
    ("anshi restore", "home", "暗室的文件夹：不存在或为空。镜像须在其配置所指之处"),
    ("anshi restore", "keys", "私钥，即 `anshi backup --keys-to` 所写者。不写则须在启动之前放入"),
    ("anshi restore", "sha256", "`anshi backup` 所显示的摘要：此后被调换的备份，摘要不同"),
    ("anshi doctor", "home", "暗室的文件夹；引擎可以在运行"),
    ("anshi submit", "server", "引擎的地址"),
    ("anshi submit", "ca", "签发引擎证书的机构证书文件（PEM），代替公共机构"),
    ("anshi submit", "client", "询问的调用方"),
    ("anshi submit", "client_key", "调用方的私钥"),
    ("anshi submit", "policy", "依据的政策"),
    ("anshi submit", "guest", "作答的程序：文件或摘要"),
    ("anshi submit", "parties", "一方：政策中的角色及其标识；每方写一次。统计表没有当事方"),
    ("anshi submit", "parameters", "政策的参数；每个写一次"),
    ("anshi submit", "rows", "政策所列自有数据集的各行：首行为列名的 CSV 文件；每个数据集写一次"),
    ("anshi submit", "consents", "授权书；每份写一次"),
    ("anshi submit", "jwks", "此前留存的回执公钥；不写则用引擎当前公布者"),
    ("anshi submit", "log_key", "此前留存的检查点公钥；不写则用引擎当前公布者"),
    ("anshi submit", "out", "回执包写到何处"),
    ("anshi submit", "force", "覆盖已有的文件"),
    ("anshi client add", "id", "其标识：a-z、0-9、`-`、`_`"),
    (
        "anshi client add",
        "kind",
        "其种类：platform（平台）、developer（开发者）、auditor（审核方）、operator（运行方）或 authority（授权机构）",
    ),
    ("anshi client add", "key", "其公钥，Ed25519 或 P-256 的 JWK"),
    ("anshi client retire", "id", "谁的密钥"),
    ("anshi client retire", "kid", "密钥的 RFC 7638 指纹，见 `anshi client list`"),
    ("anshi guest register", "home", "暗室的文件夹（引擎未运行时）"),
    ("anshi guest register", "server", "运行中的引擎的地址"),
    ("anshi guest register", "ca", "签发引擎证书的机构证书文件（PEM），代替公共机构"),
    ("anshi guest register", "client", "在那里登记程序的调用方"),
    ("anshi guest register", "client_key", "调用方的私钥"),
    ("anshi serve", "config", "暗室的配置文件 `anshi.toml`"),
    ("anshi worker", "job", "任务说明：程序读取什么，每个主体至多增加多少"),
    ("anshi worker", "guest", "程序的文件；须为任务所指的程序，先行编译"),
    ("anshi doctor", "deep", "重读账本和快照的每个文件，不论需时多久"),
];

/// What stands for a value.
const VALUES: &[(&str, &str)] = &[
    ("FOLDER", "文件夹"),
    ("FILE", "文件"),
    ("NUMBER", "数"),
    ("NAME", "名称"),
    ("PATH", "路径"),
    ("HEADER", "列标题"),
    ("ROWS", "行数"),
    ("enterprise|person", "enterprise|person"),
    ("DATE", "日期"),
    ("ID", "标识"),
    ("URL", "地址"),
    ("SHELL", "命令行程序"),
    ("FILE|DIGEST", "文件|摘要"),
    ("ROLE=ID", "角色=标识"),
    ("NAME=VALUE", "名称=值"),
    ("NAME=FILE", "名称=文件"),
    ("SNAPSHOT", "快照"),
    ("BUNDLE", "回执包"),
    ("KIND", "种类"),
    ("YYYY-MM", "年-月"),
    ("DIGEST", "摘要"),
    ("DATASET", "数据集"),
    ("FORMAT", "格式"),
    ("THUMBPRINT", "指纹"),
    ("OLD", "旧版本"),
    ("NEW", "新版本"),
    ("FOLDER|ID", "文件夹|标识"),
];

/// What the command at `path` does.
pub(super) fn about(path: &str) -> Option<&'static str> {
    COMMANDS.iter().find(|(command, _)| *command == path).map(|(_, words)| *words)
}

/// What the argument `id` of the command at `path` is: the row of the command, of one above it, or of all.
pub(super) fn argument(path: &str, id: &str) -> Option<&'static str> {
    let row = |of: &str| ARGUMENTS.iter().find(|(command, name, _)| *command == of && *name == id);
    let mut of = path;
    loop {
        if let Some((_, _, words)) = row(of) {
            return Some(words);
        }
        match of.rsplit_once(' ') {
            Some((above, _)) => of = above,
            None => return row("").map(|(_, _, words)| *words),
        }
    }
}

/// The placeholder of a value.
pub(super) fn value_name(english: &str) -> Option<&'static str> {
    VALUES.iter().find(|(name, _)| *name == english).map(|(_, words)| *words)
}

#[cfg(test)]
mod tests {
    use super::super::localise;
    use super::*;
    use crate::cli::app::command;

    fn visit(command: &clap::Command, above: &str, missing: &mut Vec<String>) {
        let path = format!("{above} {}", command.get_name());
        let path = path.trim();
        if about(path).is_none() {
            missing.push(format!("COMMANDS: {path}"));
        }
        for arg in command.get_arguments() {
            let id = arg.get_id().as_str();
            if argument(path, id).is_none() {
                missing.push(format!("ARGUMENTS: {path}: {id}"));
            }
            for name in arg.get_value_names().unwrap_or_default() {
                if arg.get_action().takes_values() && !name.contains('|') && value_name(name).is_none() {
                    missing.push(format!("VALUES: {path}: {name}"));
                }
            }
        }
        command.get_subcommands().for_each(|inner| visit(inner, path, missing));
    }

    #[test]
    fn every_command_and_argument_has_its_chinese() {
        let mut missing = Vec::new();
        visit(&command(), "", &mut missing);
        assert!(missing.is_empty(), "add to `src/cli/help/words.rs`:\n{}", missing.join("\n"));
    }

    fn rendered(command: &mut clap::Command, into: &mut Vec<String>) {
        into.push(command.render_long_help().to_string());
        command.get_subcommands_mut().for_each(|inner| rendered(inner, into));
    }

    #[test]
    fn the_whole_help_is_chinese() {
        let mut command = localise(command());
        command.build();
        let mut helps = Vec::new();
        rendered(&mut command, &mut helps);
        assert!(helps.len() > 20);
        for help in helps {
            let (before, _) = help.split_once("示例：").expect("an example");
            for line in before.lines().filter(|line| !line.starts_with("用法：")) {
                let english = line.split('`').step_by(2).flat_map(|part| part.split(|c: char| !c.is_ascii()));
                let longest = english
                    .map(|run| run.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count())
                    .max();
                // `-h, --help` and the like are two or three words.
                assert!(longest < Some(4), "{line}\nin\n{help}");
            }
        }
    }
}
