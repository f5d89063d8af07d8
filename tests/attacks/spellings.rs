//! One identifier in all the ways that it can be written: none but the first is canonical.

/// In full-width characters.
pub fn full_width(text: &str) -> String {
    text.chars().map(|c| char::from_u32(c as u32 + 0xfee0).unwrap()).collect()
}

/// Every spelling of `id` but its canonical one.
pub fn spellings(id: &str) -> Vec<String> {
    let (head, tail) = id.split_at(9);
    let mut mixed = id.to_owned();
    mixed.replace_range(0..1, &full_width(&id[..1]));
    let all = [
        id.to_lowercase(),
        full_width(id),
        full_width(&id.to_lowercase()),
        mixed,
        format!(" {id}"),
        format!("{id} "),
        format!("{id}\n"),
        format!("\t{id}"),
        format!("{head} {tail}"),
        format!("{head}-{tail}"),
        format!("{id}\0"),
        format!("\u{feff}{id}"),
        format!("{id}\u{200b}"),
        format!("\u{3000}{id}"),
        // Letters of other alphabets that look the same.
        id.replace('A', "\u{410}").replace('M', "\u{41c}"),
    ];
    all.into_iter().filter(|other| other != id).collect()
}
