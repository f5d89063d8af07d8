//! What can be learnt at the worst: of one party in bits, of a unit in a table as ε. A function of a policy and the accounts
//! alone. Owns the figures; `explain_worst` has the words.

use crate::disclosure::implied;
use crate::model::{AccountKind, Billionths, NoiseKind};
use crate::policy::{Accounts, AnswerRule, Policy, Quota};

/// What the policies are explained against.
pub struct Context<'a> {
    /// The accounts.
    pub accounts: &'a Accounts,
    /// All policies that there are: they charge the same accounts.
    pub policies: Vec<&'a Policy>,
    /// Who reads: a client is told of its own rights alone, and an auditor of everybody's (`None`).
    pub reader: Option<String>,
}

/// So much of one account, in its own unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spent {
    /// The account.
    pub account: AccountKind,
    /// The client; `None` for all of them together.
    pub client: Option<String>,
    /// What may be spent, by all policies.
    pub quota: Quota,
}

/// What can be learnt at the worst.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worst {
    /// By one answer: bits of each party, or billionths of ε.
    pub job: u64,
    /// Of each account that an answer is charged to: by each client that may ask and has a quota, then by all clients.
    pub spent: Vec<Spent>,
}

/// The accounts that an answer is charged to, each once.
pub(super) fn accounts_of(policy: &Policy) -> Vec<AccountKind> {
    let mut accounts: Vec<AccountKind> = match &policy.answer {
        AnswerRule::Label(_) => policy.roles.values().map(|role| policy.account(role.unit)).collect(),
        AnswerRule::Table(table) => vec![policy.account(table.unit)],
    };
    accounts.sort();
    accounts.dedup();
    accounts
}

/// What can be learnt at the worst under `policy`: by one answer, and of each account whatever policies it is spent by.
pub fn worst(policy: &Policy, accounts: &Accounts) -> Worst {
    let mut spent = Vec::new();
    for account in accounts_of(policy) {
        let asking = accounts.quotas_in(account).filter(|(client, _)| policy.clients.contains(*client));
        spent.extend(asking.map(|(client, quota)| Spent { account, client: Some(client.to_owned()), quota }));
        let limit = accounts.limits().find(|(of, _)| *of == account);
        spent.extend(limit.map(|(_, quota)| Spent { account, client: None, quota }));
    }
    Worst { job: policy.cost(), spent }
}

/// What ε means: the exponent of the odds, and the chance with which it fails.
pub(super) struct Loss {
    pub exponent: Billionths,
    /// For Gaussian noise: ρ, and δ.
    pub gaussian: Option<(String, String)>,
}

/// The loss of tables that cost `epsilon` together, where any of them may be Gaussian.
pub(super) fn loss(epsilon: Billionths, gaussian: bool) -> Loss {
    if !gaussian {
        return Loss { exponent: epsilon, gaussian: None };
    }
    // Tables of ε₁, ε₂, … have Σ ε²/2 ≤ (Σ ε)²/2, those with Laplace noise too (`docs/privacy.md`).
    let implied = implied(epsilon);
    let exponent = Billionths::parse(&implied.epsilon).unwrap_or(Billionths::new(u64::MAX));
    Loss { exponent, gaussian: Some((implied.rho, implied.delta)) }
}

impl Context<'_> {
    /// Whether the reader is told about `client`.
    pub(super) fn shows(&self, client: &str) -> bool {
        self.reader.as_deref().is_none_or(|reader| reader == client)
    }

    /// Whether any table that is charged to `account` has Gaussian noise.
    pub(super) fn is_gaussian(&self, account: AccountKind) -> bool {
        let tables = self.policies.iter().filter(|policy| accounts_of(policy).contains(&account));
        tables.filter_map(|policy| policy.table()).any(|table| table.noise == NoiseKind::DiscreteGaussian)
    }
}
