//! The words of a draft's comments, in English and Chinese. Owns wording alone; both languages match exhaustively.

use crate::data::Note;
use crate::model::Lang;

/// The comment in `lang`, on one line.
pub fn comment(note: &Note, lang: Lang) -> String {
    match lang {
        Lang::En => english(note),
        Lang::Zh => chinese(note),
    }
}

fn english(note: &Note) -> String {
    match note {
        Note::Drafted { rows, whole: true } => {
            format!("drafted by `anshi catalog infer` from all {rows} rows: read each comment, then remove it")
        }
        Note::Drafted { rows, whole: false } => format!(
            "drafted by `anshi catalog infer` from the first {rows} rows, not from all (--rows): read each comment, then remove it"
        ),
        Note::Describe => {
            "write title, department, library, classification (L1 to L5, the strictest) and update: no file says them"
                .to_owned()
        }
        Note::Ragged { rows } => {
            format!("{rows} rows have another number of cells than the header: ingest will refuse them")
        }
        Note::OtherKey { header } => {
            format!("`{header}` could be the key as well: if the rows are about it, draft again with --key")
        }
        Note::TimeGuessed => "is `time` the day that a row is about? If none is, remove the line".to_owned(),
        Note::NameMe { header } => format!("name me: \"{header}\""),
        Note::Misfits { misfits, cells } => {
            format!("{misfits} of {cells} cells do not fit: ingest will refuse their rows")
        }
        Note::Mixed { word, misfits, cells } => {
            format!(
                "most cells are of type `{word}`, but {misfits} of {cells} are not: ask the department, or leave it as it is"
            )
        }
        Note::MixedIds { valid, cells } => {
            format!("{valid} of {cells} cells are valid identifiers of a unit; the others may be anything")
        }
        Note::OldIds => {
            "15 digits: if they are citizen ids, add `names = \"person\"`, and both spellings join".to_owned()
        }
        Note::Token => {
            "the header says that it names somebody or something: guests get a token, never the text".to_owned()
        }
        Note::YuanAssumed => "the header does not say the unit of the money: yuan is assumed".to_owned(),
        Note::NotFen => "money with more decimals than fen has: what is its unit?".to_owned(),
        Note::UnitMissing => "add the unit of measure, if it has one: unit = \"…\"".to_owned(),
        Note::ZeroOne => "only 0 and 1 were seen: if it is yes or no, make it a `boolean` without `min`".to_owned(),
        Note::LeadingZeros => "digits that begin with 0: taken as codes, not as numbers".to_owned(),
        Note::Separators => {
            "numbers with separators or full-width digits: ask for plain digits, they stay text here".to_owned()
        }
        Note::LooseDates => {
            "dates with months or days of one digit (2026/1/5): ask for two digits, they stay text here".to_owned()
        }
        Note::RareValues => {
            "few different texts, but some of fewer than 10 units: list `values` by hand if they tell of nobody"
                .to_owned()
        }
        Note::NameLike => {
            "few different texts that look like names of persons: if so, make it an `identifier`".to_owned()
        }
        Note::ValuesOfPart => "the values of the rows that were read: are there others?".to_owned(),
        Note::Empty => "no cell holds anything: what would it hold?".to_owned(),
        Note::MarkerIsValue { marker } => {
            format!("\"{marker}\" means missing in other columns, so it does here: is it a value?")
        }
        Note::RowsPerUnit => {
            "rows_per_unit at the end is for the synthetic twin and was not taken from the file".to_owned()
        }
    }
}

fn chinese(note: &Note) -> String {
    match note {
        Note::Drafted { rows, whole: true } => {
            format!("由 `anshi catalog infer` 依据全部 {rows} 行拟出：请逐条阅读注释，处理后删去")
        }
        Note::Drafted { rows, whole: false } => {
            format!("由 `anshi catalog infer` 依据前 {rows} 行（并非全部，见 --rows）拟出：请逐条阅读注释，处理后删去")
        }
        Note::Describe => {
            "请填写 title、department、library、classification（L1 至 L5，L5 最严）、update：文件中没有这些信息"
                .to_owned()
        }
        Note::Ragged { rows } => format!("有 {rows} 行的格数与表头不符：入库时将拒收"),
        Note::OtherKey { header } => format!("`{header}` 也可以作主体列：如各行所述的是它，请用 --key 重新拟稿"),
        Note::TimeGuessed => "`time` 是否为该行数据所属的日期？如都不是，请删去该行".to_owned(),
        Note::NameMe { header } => format!("请命名：\"{header}\""),
        Note::Misfits { misfits, cells } => format!("{cells} 格中有 {misfits} 格不符：入库时将拒收所在的行"),
        Note::Mixed { word, misfits, cells } => {
            format!("大多为 `{word}` 类型，但 {cells} 格中有 {misfits} 格不是：请询问部门，或保持现状")
        }
        Note::MixedIds { valid, cells } => format!("{cells} 格中有 {valid} 格是有效的主体标识，其余可能是任何内容"),
        Note::OldIds => "15 位数字：如为公民身份号码，请加 `names = \"person\"`，新旧两种写法即可关联".to_owned(),
        Note::Token => "列名表明其指称某人或某物：程序只得到标记，得不到原文".to_owned(),
        Note::YuanAssumed => "列名未说明金额单位：按元处理".to_owned(),
        Note::NotFen => "金额的小数位多于分：其单位是什么？".to_owned(),
        Note::UnitMissing => "如有计量单位，请补充：unit = \"…\"".to_owned(),
        Note::ZeroOne => "只见到 0 和 1：如表示是否，请改为 `boolean` 并去掉 `min`".to_owned(),
        Note::LeadingZeros => "以 0 开头的数字：视为代码而不是数".to_owned(),
        Note::Separators => "数中带有分隔符或全角数字：请要求只用普通数字，此处暂作文本".to_owned(),
        Note::LooseDates => "日期的月或日只有一位（2026/1/5）：请要求用两位，此处暂作文本".to_owned(),
        Note::RareValues => "不同的文本很少，但有的不足 10 个主体：如不涉及个人，请自行列出 `values`".to_owned(),
        Note::NameLike => "不同的文本很少，且似为人名：如确是人名，请改为 `identifier`".to_owned(),
        Note::ValuesOfPart => "仅为已读各行中的取值：是否还有其他取值？".to_owned(),
        Note::Empty => "没有任何内容：应为何种内容？".to_owned(),
        Note::MarkerIsValue { marker } => format!("\"{marker}\" 在其他列表示缺失，在此也按缺失处理：它是否是取值？"),
        Note::RowsPerUnit => "末尾的 rows_per_unit 用于合成数据，不是由文件得出".to_owned(),
    }
}
