//! The Chinese of this module's errors; the English is their `Display`. Owns wording alone.

use super::{CanonicalError, JwkError, JwsError, KeySetError};
use crate::model::{Chinese, foreign};

impl Chinese for KeySetError {
    fn chinese(&self) -> String {
        match self {
            Self::Json(error) => format!("不是公钥集：{}", foreign(error)),
            Self::Key(error) => format!("其中有不可用的密钥：{}", error.chinese()),
        }
    }
}

impl Chinese for JwkError {
    fn chinese(&self) -> String {
        match self {
            Self::Form => "不是私钥 JWK：应为含 `kty`、`crv`、`x`、`d` 的 JSON".to_owned(),
            Self::Type => "密钥既不是 `OKP`/`Ed25519`，也不是 `EC`/`P-256`".to_owned(),
            Self::Encoding => "密钥的某一成员不是 32 字节的无填充 base64url".to_owned(),
            Self::NotOnCurve => "密钥不是其曲线上的点".to_owned(),
            Self::SmallOrder => "密钥属于小阶点：其签名不能证明任何事".to_owned(),
            Self::Contradiction => "`kid`、`alg` 或 `use` 与密钥矛盾".to_owned(),
        }
    }
}

impl Chinese for JwsError {
    fn chinese(&self) -> String {
        match self {
            Self::Form => "不是规范 base64url 的紧凑 JWS".to_owned(),
            Self::Header => "头部应恰为 `alg`、`kid` 和 `typ`".to_owned(),
            Self::Kind(wanted) => format!("令牌种类不符：其 `typ` 应为 `{wanted}`"),
            Self::Key => "令牌的密钥无权签署此类令牌".to_owned(),
            Self::Algorithm => "令牌的 `alg` 与其密钥的算法不符".to_owned(),
            Self::Signature => "签名无效".to_owned(),
        }
    }
}

impl Chinese for serde_json::Error {
    fn chinese(&self) -> String {
        format!("JSON 不正确：{}", foreign(self))
    }
}

impl Chinese for CanonicalError {
    fn chinese(&self) -> String {
        format!("无法写成规范 JSON：{}", foreign(self.reason()))
    }
}
