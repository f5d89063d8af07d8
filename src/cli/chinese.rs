//! The Chinese words of the message catalogue. Owns wording alone; which line is said when is the commands' business.

use super::message::{DataMessage, DemoMessage, WorkMessage};

impl DataMessage {
    /// The line.
    pub(super) fn chinese(&self) -> String {
        match self {
            Self::Inventing => "正在生成数据".to_owned(),
            Self::DatasetInvented { name, rows } => format!("{name}：{rows} 行"),
            Self::Invented { units, healthy, failing } => {
                format!("共 {units} 个主体；经营良好的企业示例 {healthy}，经营不善的企业示例 {failing}")
            }
            Self::Ingesting => "正在入库".to_owned(),
            Self::DatasetTaken { name, rows, units, rejected } => {
                format!("{name}：入库 {rows} 行，{units} 个主体，拒收 {rejected} 行")
            }
            Self::DatasetKept { name, as_of } => format!("{name}：本次未交付，沿用 {as_of} 的数据"),
            Self::DatasetAbsent { name } => format!("{name}：未交付，亦无以往数据"),
            Self::SnapshotShown { name, as_of } => format!("快照 {name}，数据截至 {as_of}"),
            Self::SnapshotVerified { name } => format!("快照 {name} 的全部文件与发布时一致"),
            Self::DatasetShown { name, rows, units, rejected, as_of } => {
                format!("  {name}：{rows} 行，{units} 个主体，拒收 {rejected} 行，交付日 {as_of}")
            }
            Self::DatasetFailed { name, error, kept: None } => format!("{name}：未入库：{error}"),
            Self::DatasetFailed { name, error, kept: Some(day) } => {
                format!("{name}：未入库，沿用 {day} 的数据：{error}")
            }
            Self::SnapshotCurrent { name, published: true } => format!("已发布快照 {name}"),
            Self::SnapshotCurrent { name, published: false } => format!("沿用快照 {name}"),
            Self::SnapshotListed { name, current } => format!("{name}{}", if *current { "  当前" } else { "" }),
        }
    }
}

impl DemoMessage {
    /// The line.
    pub(super) fn chinese(&self) -> String {
        match self {
            Self::Title => "暗室：银行询问一家企业，却看不到它的任何数据。以下数据均为虚构。\n".to_owned(),
            Self::Home { home } => {
                format!("建室　　在 `{home}` 建立合成数据的暗室：密钥、账本、空日志，旁有检查点镜像")
            }
            Self::Invented { rows, units, datasets } => {
                format!("数据　　{datasets} 个部门交付的 {units} 家虚构企业，共 {rows} 行")
            }
            Self::Ingested { name, rejected } => {
                format!("入库　　校验、按企业排序、发布为快照 {name}；拒收 {rejected} 行")
            }
            Self::Guest { bytes, digest } => {
                format!("程序　　银行的问题：{bytes} 字节 WebAssembly，不导入任何功能，{digest}")
            }
            Self::Policy { path } => format!(
                "政策　　`{path}` 只允许该程序，只允许回答 A、B、C、D 之一，每次用去企业 24 比特额度中的 3 比特"
            ),
            Self::Answered { party, label, bits, out } => {
                format!("作业　　{party}（已授权）：等级 {label}，扣 {bits} 比特，回执 `{out}`")
            }
            Self::Verified => "验证　　两份回执均通过：签名、日志位置、各部分相符\n".to_owned(),
            Self::Refused { party, refusal } => {
                format!("作业　　{party}（未授权）：未接触任何数据即被拒绝（{}），不扣额度", refusal.code.word())
            }
            Self::Next { anshi, home, guest, party } => format!(
                "接下来可以试：\n  {anshi} receipt verify {home}/demo/healthy.bundle.json --jwks {home}/jwks.json --log-key {home}/log.vkey\n  \
                 {anshi} run --home {home} --policy sme-credit-check --guest {guest} \\\n    --party enterprise={party} --param min_paid_fen=5000000 --consent auto --out bundle.json\n  \
                 {anshi} guest inspect {guest}\n  {anshi} budget show --home {home}\n  {anshi} audit verify --home {home}"
            ),
        }
    }
}

impl WorkMessage {
    /// The line.
    pub(super) fn chinese(&self) -> String {
        match self {
            Self::HomeMade { home, kind } => format!("已在 `{home}` 建立暗室（{kind}）"),
            Self::GuestBuilt { path, bytes, digest } => format!("`{path}`：{bytes} 字节，{digest}"),
            Self::GuestInspected { digest, bytes } => format!("程序 {digest}，{bytes} 字节，不导入任何功能"),
            Self::GuestParameter { name, kind } => format!("  参数 `{name}`（{kind}）"),
            Self::GuestReads { role, dataset, columns } => format!("  读取 `{role}`：{dataset}（{columns}）"),
            Self::GuestAnswers { labels } => format!("  只回答：{labels}"),
            Self::GuestRegistered { digest } => format!("已登记：{digest}"),
            Self::PolicyGood { id, version, labels, bits } => {
                format!("政策 {id} {version} 无误：回答 {labels} 或 undetermined，每次 {bits} 比特")
            }
            Self::ConsentIssued { out, days, uses } => format!("授权书 `{out}`：可用 {uses} 次，有效 {days} 天"),
            Self::ConsentRevoked { jti } => format!("授权 {jti} 已撤销"),
            Self::Answered { label, bits, out } => format!("{label}（扣 {bits} 比特），回执 `{out}`"),
            Self::DebugEnd { end } => format!("调试信息（仅限合成数据）：运行以 `{end}` 结束"),
            Self::ReceiptUnverified => "仅显示，未验证：".to_owned(),
            Self::ReceiptVerified { size } => {
                format!("验证通过：签名有效，作业在共 {size} 条的日志中（仅由引擎自证，尚无见证方联署）")
            }
            Self::ReceiptShown { label, client, policy, as_of, guest, bits, index } => format!(
                "  回答　　{label}\n  客户　　{client}\n  政策　　{policy}\n  数据日　{as_of}\n  程序　　{guest}\n  用去　　{bits} 比特\n  日志　　第 {index} 条"
            ),
            Self::AuditClean => "凡可重新推导者，均与现状一致".to_owned(),
            Self::AuditFindings { findings } => format!("发现 {findings} 处问题"),
            Self::BudgetEmpty => "尚无扣减".to_owned(),
            Self::KeyMade { out } => format!("私钥已写入 `{out}`；公钥："),
            Self::GuestFits { policy, misfits } if misfits.is_empty() => format!("  符合政策 `{policy}`"),
            Self::GuestFits { policy, misfits } => format!("  不符合政策 `{policy}`：{}", misfits.join("；")),
            Self::AuditCheck { name, counted, findings } if findings.is_empty() => format!("正常　{name}：{counted}"),
            Self::AuditCheck { name, counted, findings } => {
                format!("问题　{name}：{counted}\n  {}", findings.join("\n  "))
            }
            Self::BudgetRow { account, client, party, window, lifetime } => format!(
                "{account}  {client}  当事方 {party}…  {} / {} 比特（{} 天），累计 {} / {}",
                window.0, window.1, window.2, lifetime.0, lifetime.1
            ),
            Self::Verbatim(text) => text.clone(),
        }
    }
}
