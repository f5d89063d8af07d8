//! Tables for a terminal: cells aligned by the width that they take on it, where a Chinese character takes two
//! columns. Owns the alignment; never what stands in a cell.

use unicode_width::UnicodeWidthStr;

const GAP: &str = "  ";

/// Rows of cells, each a line; a cell is as wide as the widest of its column. No line ends in white space.
pub fn table(rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        widths.resize(widths.len().max(row.len()), 0);
        widths.iter_mut().zip(row).for_each(|(width, cell)| *width = (*width).max(cell.width()));
    }
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| {
            let space = " ".repeat(width - cell.width());
            format!("{cell}{space}")
        });
        cells.collect::<Vec<_>>().join(GAP).trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_is_two_columns_wide() {
        let rows = [["名称", "n", "x"], ["a", "数据集", ""], ["abcdef", "", "（）"]];
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.map(str::to_owned).to_vec()).collect();
        assert_eq!(table(&rows), "名称    n       x\na       数据集\nabcdef          （）");
        assert_eq!(table(&[]), "");
    }
}
