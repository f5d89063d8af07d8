//! The Chinese words of the message catalogue. Owns wording alone; which line is said when is the commands' business.

use super::guest_words::joined_chinese as joined;
use super::message::{Answers, BudgetUnit, Cost, DataMessage, PolicyState, ShownAnswer, WorkMessage};
use super::problem::{AskProblem, FileProblem};
use crate::config::{CONFIG_FILE, HomeKind};
use crate::data::Stage;
use crate::model::{Chinese, foreign};
use crate::review::Counted;

pub(super) fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join("、")
}

impl DataMessage {
    /// The line.
    pub(super) fn chinese(&self) -> String {
        match self {
            Self::Inventing => "正在生成数据".to_owned(),
            Self::DatasetInvented { name, rows } => format!("{name}：{rows} 行"),
            Self::Invented { firms, persons, healthy, representative, failing } => format!(
                "共 {firms} 家企业、{persons} 人；经营良好的企业示例 {healthy}，其法定代表人 {representative}；经营不善的企业示例 {failing}"
            ),
            Self::Ingesting => "正在入库".to_owned(),
            Self::IngestingDataset { name, stage } => match stage {
                Stage::Reading => format!("正在入库 {name}：已读行数"),
                Stage::Sorting => format!("正在入库 {name}：排序"),
                Stage::Writing => format!("正在入库 {name}：已写行数"),
            },
            Self::DatasetTaken { name, rows, units, rejected } => {
                format!("{name}：入库 {rows} 行，涉及 {units} 个主体，拒收 {rejected} 行")
            }
            Self::DatasetChecked { name, rows, rejected } => format!("{name}：可入库 {rows} 行，将拒收 {rejected} 行"),
            Self::DatasetKept { name, as_of } => format!("{name}：本次未交付，沿用数据截至 {as_of} 的版本"),
            Self::DatasetAbsent { name } => format!("{name}：本次未交付，也没有以往数据"),
            Self::SnapshotShown { name, as_of } => format!("快照 {name}，数据截至 {as_of}"),
            Self::SnapshotVerified { name } => format!("快照 {name} 的全部文件与发布时一致"),
            Self::DatasetShown { name, rows, units, rejected, unended, as_of } => format!(
                "  {name}：{rows} 行，{units} 个主体，拒收 {rejected} 行，数据截至 {as_of}{}",
                if *unended == 0 { String::new() } else { format!("，{unended} 个文件末行没有换行") }
            ),
            Self::DatasetFailed { name, error, kept: None } => format!("{name}：未入库：{}", error.zh),
            Self::DatasetFailed { name, error, kept: Some(day) } => {
                format!("{name}：未入库，沿用数据截至 {day} 的版本：{}", error.zh)
            }
            Self::SnapshotCurrent { name, published: true } => format!("已发布快照 {name}"),
            Self::SnapshotCurrent { name, published: false } => format!("沿用快照 {name}"),
            Self::SnapshotsNone => "尚无快照：请用 `anshi ingest` 接收交付".to_owned(),
            Self::Verifying => "正在核验".to_owned(),
            Self::SnapshotListed { name, as_of, current } => format!(
                "{name}  {}{}",
                as_of.as_ref().map_or_else(|| "无法读取".to_owned(), |day| format!("数据截至 {day}")),
                if *current { "  当前" } else { "" }
            ),
        }
    }
}

impl WorkMessage {
    /// The line.
    pub(super) fn chinese(&self) -> String {
        match self {
            Self::HomeMade { home, kind: HomeKind::Synthetic } => format!("已在 `{home}` 建立使用合成数据的暗室"),
            Self::HomeMade { home, kind: HomeKind::Production } => format!("已在 `{home}` 建立生产暗室"),
            Self::PolicyGood { id, version, answers: Answers::Labels(labels), cost: each } => {
                format!("政策检查通过：{id} {version}，回答 {} 或 undetermined，每次{}", labels.join("、"), cost(each))
            }
            Self::PolicyGood { id, version, answers: Answers::Table(cells), cost: each } => {
                format!("政策检查通过：{id} {version}，回答为 {cells} 格的统计表，每次{}", cost(each))
            }
            Self::AccountsGood { path, digest } => {
                format!("`{path}` 是额度账户文件，不是政策；按额度账户检查通过：{digest}")
            }
            Self::PolicyListed { id, version, title, state, digest } => {
                let state = match state {
                    PolicyState::InForce(until) => format!("生效中，至 {until}"),
                    PolicyState::Unapproved => "未获批准".to_owned(),
                    PolicyState::OutsideValidity(from, until) => format!("不在有效期内（{from} 至 {until}）"),
                };
                format!("{id} {version}  {state}  “{}”  {digest}", title.zh)
            }
            Self::PoliciesNone => "该暗室没有政策".to_owned(),
            Self::AccountsUnapproved { needed } => {
                format!("额度账户尚未获批（需 {needed} 份批准）：获批之前不回答任何询问")
            }
            Self::ConsentIssued { out, jti, days, uses } => {
                format!("授权书 `{out}`：编号 `{jti}`，可用 {uses} 次，有效 {days} 天")
            }
            Self::ConsentRevoked { jti, issuer, used: 0, known: false } => {
                format!("已撤销 {issuer} 的授权书 `{jti}`，不再用于任何询问；此处从未用过该编号，请核对是否有误")
            }
            Self::ConsentRevoked { jti, issuer, used: 0, known: true } => {
                format!("已撤销 {issuer} 的授权书 `{jti}`，不再用于任何询问；此处从未用过")
            }
            Self::ConsentRevoked { jti, issuer, used, .. } => {
                format!("已撤销 {issuer} 的授权书 `{jti}`，不再用于任何询问；此前已用 {used} 次")
            }
            Self::Answered { label, cost: charged, out } => {
                format!("回答 {label}，扣{}，回执 `{out}`", cost(charged))
            }
            Self::DebugEnd { end } => format!("调试信息（仅限合成数据）：运行以 `{end}` 结束"),
            Self::ReceiptUnverified => "仅显示，未验证：".to_owned(),
            Self::ReceiptParty { role, id } => format!("  当事方　　{id}（{role}）"),
            Self::ReceiptVerified { size } => {
                format!("验证通过：签名有效，该次询问在共 {size} 条的日志之中（仅由引擎自证，尚无见证方联署）")
            }
            Self::ReceiptShown { answer, client, policy, as_of, guest, cost: charged, index } => format!(
                "  回答　　　{}\n  客户　　　{client}\n  政策　　　{policy}\n  数据截至　{as_of}\n  程序　　　{guest}\n  扣减　　　{}\n  日志　　　第 {index} 条",
                shown(answer),
                cost(charged).trim_start()
            ),
            Self::AuditClean => "凡能重新推导的内容，均与现存一致".to_owned(),
            Self::BudgetEmpty => "尚未扣减任何额度".to_owned(),
            Self::KeyMade { out } => format!("私钥已写入 `{out}`；其公钥为："),
            Self::Auditing => "正在重新推导".to_owned(),
            Self::Calibrating => "正在校准本机".to_owned(),
            Self::Compiling => "正在检查和编译程序".to_owned(),
            Self::AuditCheck { name, counts, findings, notes } => audit_check(name, counts, findings, notes),
            Self::BudgetRow { account, client, unit: BudgetUnit::Epsilon, window, lifetime, .. } => format!(
                "{account}  {client}  {} 天内 ε = {} / {}，累计 {} / {}",
                window.2, window.0, window.1, lifetime.0, lifetime.1
            ),
            Self::BudgetRow { account, client, party, unit: BudgetUnit::Bits, window, lifetime } => format!(
                "{account}  {client}  当事方 {party}…  {} 天内 {} / {} 比特，累计 {} / {}",
                window.2, window.0, window.1, lifetime.0, lifetime.1
            ),
            Self::Verbatim(text) => text.clone(),
        }
    }
}

pub(super) fn cost(cost: &Cost) -> String {
    match cost {
        Cost::Bits(bits) => format!(" {bits} 比特"),
        Cost::Epsilon(epsilon) => format!(" ε = {epsilon}"),
    }
}

fn shown(answer: &ShownAnswer) -> String {
    match answer {
        ShownAnswer::Label(label) => label.clone(),
        ShownAnswer::Table(cells, printed) => format!("{cells} 格的统计表，其中 {printed} 格有数"),
        ShownAnswer::NoTable => "没有统计表：到时未完成，或已取消".to_owned(),
    }
}

/// What the audit found stands in its own words: they are English so far.
fn audit_check(name: &str, counts: &[(u64, Counted)], findings: &[String], notes: &[String]) -> String {
    let counted = counts.iter().map(|(number, of)| counted(*number, *of)).collect::<Vec<_>>().join("，");
    let word = if findings.is_empty() { "正常" } else { "问题" };
    let findings = findings.iter().map(|finding| format!("\n  {}", foreign(finding)));
    let notes = notes.iter().map(|note| format!("\n  说明：{}", foreign(note)));
    format!("{word}　{}：{counted}{}", check_word(name), findings.chain(notes).collect::<String>())
}

/// The audit names its checks; a check that is new here keeps its own name.
fn check_word(name: &str) -> &str {
    match name {
        "published log" => "日志文件",
        "ledger" => "账本",
        "mirror" => "镜像",
        "records" => "记录",
        "outcomes" => "结果",
        "sums" => "合计",
        "guests" => "程序",
        "snapshots" => "快照",
        other => other,
    }
}

fn counted(number: u64, of: Counted) -> String {
    match of {
        Counted::Entries => format!("条目 {number} 条"),
        Counted::Files => format!("文件 {number} 个"),
        Counted::StoredHashes => format!("留存哈希 {number} 个"),
        Counted::Checkpoints => format!("检查点 {number} 个"),
        Counted::Intents => format!("意向 {number} 条"),
        Counted::Charges => format!("扣减 {number} 笔"),
        Counted::Outcomes => format!("结果 {number} 条"),
        Counted::Registrations => format!("程序登记 {number} 条"),
        Counted::Revocations => format!("授权撤销 {number} 条"),
        Counted::Rotations => format!("密钥轮换 {number} 条"),
        Counted::Sums => format!("合计 {number} 项"),
        Counted::Guests => format!("程序 {number} 个"),
        Counted::Artefacts => format!("编译产物 {number} 个"),
        Counted::Snapshots => format!("快照 {number} 个"),
    }
}

impl FileProblem {
    /// What is wrong, and what to do.
    pub(super) fn chinese(&self) -> String {
        match self {
            Self::Missing(path) => format!("`{}` 不存在", path.display()),
            Self::OutFolder { path, folder } => {
                format!("无法写入 `{}`：文件夹 `{}` 不存在", path.display(), folder.display())
            }
            Self::OutThere(path) => format!("`{}` 已存在：请另指文件，或用 --force 覆盖", path.display()),
            Self::OutTwice(path) => format!("`{}` 被用于两处：请指明两个文件", path.display()),
            Self::OutIsFolder(path) => format!("`{}` 是文件夹：请指明其中的文件", path.display()),
            Self::NoHome(home) => format!(
                "`{0}` 不是暗室：其中没有 `{CONFIG_FILE}`\n提示：可用 `anshi init --home {0} --kind synthetic` 建立",
                home.display()
            ),
            Self::HomeThere(home) => format!(
                "`{0}` 已经是暗室，不能重复建立\n提示：可直接使用，或另选文件夹，或将 `{0}` 和 `{0}.mirror` 连同其中内容一并删除",
                home.display()
            ),
            Self::HomeUsed(folder) => {
                format!("`{}` 不是空文件夹：暗室须建在新的或空的文件夹中\n提示：请另选文件夹", folder.display())
            }
            Self::MirrorUsed(folder) => format!(
                "`{0}` 不是空文件夹：其中有以前暗室的检查点\n提示：请为暗室另选文件夹，或将 `{0}` 移走",
                folder.display()
            ),
            Self::NotWasm(path) => format!(
                "`{}` 不是 WebAssembly\n提示：可用 `anshi guest build FOLDER --out FILE` 由源码编译程序",
                path.display()
            ),
            Self::NoDelivery(path) => format!("文件夹 `{}` 不存在：请指明交付数据所在的文件夹", path.display()),
            Self::DeliveryIsFile(path) => format!("`{}` 是文件：请指明交付数据所在的文件夹", path.display()),
            Self::NoSeed(path) => {
                format!("`{}` 中没有 `synthetic.json`：合成数据的暗室只接收 `anshi synth` 生成的数据", path.display())
            }
            Self::KeyThere(path) => format!("`{}` 已存在：密钥不会被覆盖", path.display()),
            Self::DraftThere(path) => {
                format!("`{}` 已存在：草稿不覆盖任何文件；请另指文件，或先将其删除", path.display())
            }
            Self::NotAFile(path) => format!("`{}` 是文件夹：请指明其中的一个文件", path.display()),
            Self::NotABundle { path, error } => format!("`{}` 不是回执包：{}", path.display(), error.zh),
            Self::NotAConsent { path, error } => {
                format!("`{}` 不是本暗室所信任的授权机构签署的授权书：{}", path.display(), error.zh)
            }
            Self::PolicyName { folder, id } => {
                format!("文件夹 `{}` 应与政策同名，即 `{id}`", folder.display())
            }
            Self::DemoPolicy(path) => format!("`{}` 中没有 `guests = \"any\"`", path.display()),
        }
    }
}

impl AskProblem {
    /// What is wrong, and what to do.
    pub(super) fn chinese(&self) -> String {
        match self {
            Self::NoPolicy { id, close: Some(close), .. } => format!("没有政策 `{id}`：是否指 `{close}`？"),
            Self::NoPolicy { place, id, known, .. } if known.is_empty() => {
                format!("`{}` 中没有政策 `{id}`：一个政策也没有", place.display())
            }
            Self::NoPolicy { place, id, known, .. } => {
                format!("`{}` 中没有政策 `{id}`：有 {}", place.display(), known.join("、"))
            }
            Self::NoDataset { name, close: Some(close) } => {
                format!("目录中没有数据集 `{name}`：是否指 `{close}`？")
            }
            Self::NoDataset { name, close: None } => {
                format!("目录中没有数据集 `{name}`：请用 `anshi catalog show` 查看")
            }
            Self::CatalogMistakes { mistakes, bad, files } => {
                format!("共 {files} 个文件，其中 {bad} 个有误，错误 {mistakes} 处")
            }
            Self::NoRole { policy, role, roles } => {
                format!("政策 `{policy}` 没有角色 `{role}`：其角色有 {}", quoted(roles))
            }
            Self::BadId { id, error } => format!("`{id}`：{}", error.chinese()),
            Self::NotAnId(id) => format!("`{id}` 不是规范的统一社会信用代码或公民身份号码"),
            Self::NoAuthority { issuer, known } if known.is_empty() => {
                format!("本暗室不信任授权机构 `{issuer}`，也不信任其他机构：见 `anshi client add`")
            }
            Self::NoAuthority { issuer, known } => {
                format!("本暗室不信任授权机构 `{issuer}`，只信任 {}", quoted(known))
            }
            Self::NoSnapshot(name) => format!("本暗室没有快照 {name}：请用 `anshi snapshot list` 查看"),
            Self::ClientKeyNeeded(client) => {
                format!("客户 `{client}` 的请求须用其自己的密钥签名：请用 --client-key 指明")
            }
            Self::ProductionClient => "生产暗室没有开发用客户：请用 --client-key 指明客户的密钥".to_owned(),
            Self::ProductionAuthority => "生产暗室没有开发用授权机构：请用 --key 指明授权机构的密钥".to_owned(),
            Self::AutoInProduction => "`--consent auto` 仅可用于合成数据的暗室".to_owned(),
            Self::SyntheticDelivery => "这是合成数据，不能进入生产暗室".to_owned(),
            Self::SyntheticAsOf => "合成数据自带数据截至日期：请勿使用 --as-of".to_owned(),
            Self::ParameterTwice(name) => format!("参数 `{name}` 给出了两次：只能给出一次"),
            Self::AsOfNeeded => "请用 --as-of 说明数据截至哪一天".to_owned(),
            Self::DatasetsFailed => "有数据集未能入库；沿用其最近一次完好的数据".to_owned(),
            Self::Misfits(misfits) => format!("程序与政策不符：\n  {}", joined(misfits, "\n  ")),
            Self::RowsTwice(name) => format!("`--rows {name}=…` 出现两次：一个数据集的各行应在同一文件中"),
            Self::NoTable(policy) => {
                format!("政策 `{policy}` 的回答是标签：`--csv`、`--plot` 和 `--via-worker` 用于统计表")
            }
            Self::ReceiptUnreadable => "回执包中的回执无法读取".to_owned(),
            Self::AuditFindings(findings) => format!("发现 {findings} 处问题"),
        }
    }
}
