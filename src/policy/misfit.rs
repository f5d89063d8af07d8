//! Why a guest does not fit a policy, in both languages: the English is `Display`. Owns wording alone.

use crate::model::{Chinese, ParameterKind};

/// One thing that keeps a guest from a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    /// The guest is made for the other kind of answer.
    #[error("the policy answers with a {policy}, the guest is a `{guest}`")]
    World {
        /// The policy's kind of answer.
        policy: &'static str,
        /// The guest's world.
        guest: &'static str,
    },
    /// The guest would not say where in a dimension a unit lies.
    #[error("the guest does not know the policy's dimension `{0}`")]
    DimensionUnknown(String),
    /// The guest has a dimension that the policy does not know.
    #[error("the policy has no dimension `{0}`")]
    Dimension(String),
    /// The guest knows a label that the table does not have.
    #[error("the policy's dimension `{dimension}` has no label `{label}`")]
    DimensionLabel {
        /// The dimension.
        dimension: String,
        /// The label.
        label: String,
    },
    /// The guest would not add to a measure, whose noise would be paid for all the same.
    #[error("the guest does not give the policy's measure `{0}`")]
    MeasureUnknown(String),
    /// The guest adds to a measure that the policy does not have.
    #[error("the policy has no measure `{0}`")]
    Measure(String),
    /// The guest may answer something that the policy does not let out.
    #[error("the policy has no label `{0}`")]
    Label(String),
    /// The guest wants a parameter that the policy does not know.
    #[error("the policy has no parameter `{0}`")]
    Parameter(String),
    /// Guest and policy mean another kind of value.
    #[error("the parameter `{name}` is {} in the policy, {} in the guest", policy.word(), guest.word())]
    ParameterKind {
        /// The parameter.
        name: String,
        /// The policy's kind.
        policy: ParameterKind,
        /// The guest's kind.
        guest: ParameterKind,
    },
    /// The guest would not hear of a parameter.
    #[error("the guest does not take the policy's parameter `{0}`")]
    ParameterUntaken(String),
    /// The guest would not hear of a party.
    #[error("the guest does not know the role `{0}`, of which the policy wants at least one party")]
    RoleUnknown(String),
    /// The guest asks about a role that the policy does not have.
    #[error("the policy has no role `{0}`")]
    Role(String),
    /// The guest reads a dataset that is not granted.
    #[error("the policy does not grant `{dataset}`{}", of(role))]
    Dataset {
        /// The role; none of a table.
        role: Option<String>,
        /// The dataset.
        dataset: String,
    },
    /// The guest reads a column that is not granted.
    #[error("the policy does not grant `{dataset}.{column}`{}", of(role))]
    Column {
        /// The role; none of a table.
        role: Option<String>,
        /// The dataset.
        dataset: String,
        /// The column.
        column: String,
    },
    /// The guest reads a column that is none.
    #[error("the catalog has no column `{dataset}.{column}`")]
    NoColumn {
        /// The dataset.
        dataset: String,
        /// The column.
        column: String,
    },
    /// The guest tells apart a value that never occurs.
    #[error("`{dataset}.{column}` never is `{value}`")]
    NoValue {
        /// The dataset.
        dataset: String,
        /// The column.
        column: String,
        /// The value.
        value: String,
    },
    /// The guest wants codes of a column that has no closed set of values.
    #[error("`{dataset}.{column}` has no closed set of values to tell apart")]
    Open {
        /// The dataset.
        dataset: String,
        /// The column.
        column: String,
    },
    /// The guest begins with more memory than a run may have: every run would end as `undetermined`.
    #[error("the guest begins with {wanted} bytes of memory, the policy's `memory_mib` allows {allowed}")]
    Memory {
        /// The guest's initial memory, in bytes.
        wanted: u64,
        /// The policy's limit, in bytes.
        allowed: u64,
    },
}

fn of(role: &Option<String>) -> String {
    role.as_ref().map(|role| format!(" of role `{role}`")).unwrap_or_default()
}

fn of_chinese(role: &Option<String>) -> String {
    role.as_ref().map(|role| format!("角色 `{role}` 的")).unwrap_or_default()
}

impl Chinese for Misfit {
    fn chinese(&self) -> String {
        match self {
            Self::Label(label) => format!("政策没有标签 `{label}`"),
            Self::Parameter(name) => format!("政策没有参数 `{name}`"),
            Self::ParameterKind { name, policy, guest } => {
                format!("参数 `{name}` 在政策中为 `{}`，在程序中为 `{}`", policy.word(), guest.word())
            }
            Self::ParameterUntaken(name) => format!("程序不接受政策的参数 `{name}`"),
            Self::RoleUnknown(role) => format!("程序没有角色 `{role}`，而政策要求至少有一个该角色的当事方"),
            Self::Role(role) => format!("政策没有角色 `{role}`"),
            Self::World { policy: "label", guest } => format!("政策的回答是标签，而程序是 `{guest}`"),
            Self::World { guest, .. } => format!("政策的回答是统计表，而程序是 `{guest}`"),
            Self::DimensionUnknown(name) => format!("程序没有政策的维度 `{name}`"),
            Self::Dimension(name) => format!("政策没有维度 `{name}`"),
            Self::DimensionLabel { dimension, label } => format!("政策的维度 `{dimension}` 没有取值 `{label}`"),
            Self::MeasureUnknown(name) => format!("程序不给出政策的指标 `{name}`"),
            Self::Measure(name) => format!("政策没有指标 `{name}`"),
            Self::Dataset { role, dataset } => format!("政策未授予{} `{dataset}`", of_chinese(role)),
            Self::Column { role, dataset, column } => format!("政策未授予{} `{dataset}.{column}`", of_chinese(role)),
            Self::NoColumn { dataset, column } => format!("目录中没有列 `{dataset}.{column}`"),
            Self::NoValue { dataset, column, value } => format!("`{dataset}.{column}` 不会取值 `{value}`"),
            Self::Open { dataset, column } => format!("`{dataset}.{column}` 没有可区分的有限取值"),
            Self::Memory { wanted, allowed } => {
                format!("程序的初始内存为 {wanted} 字节，政策的 `memory_mib` 只允许 {allowed} 字节")
            }
        }
    }
}
