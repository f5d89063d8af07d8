//! What one unit adds to a table, as it goes over the wire: two flat lists. It checks nothing, because the
//! engine does, and trusts no guest; `testing` checks for the guest's author.

use alloc::vec::Vec;

/// The cells that one unit contributes to, and what it adds to each.
///
/// A policy takes the first few distinct cells of a unit, most often one, and clamps every value; it drops the
/// cells that are none of its own. Contributing nothing is an answer, too: the unit is then not counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contributions {
    cells: Vec<u32>,
    values: Vec<i64>,
}

impl Contributions {
    /// Nothing: no cell. It allocates nothing.
    #[must_use]
    pub const fn none() -> Self {
        Self { cells: Vec::new(), values: Vec::new() }
    }

    /// One cell: an index into the labels of each dimension, and a value for each measure, both in the
    /// manifest's order.
    #[must_use]
    #[inline]
    pub fn one<const DIMENSIONS: usize, const MEASURES: usize>(
        cell: [u32; DIMENSIONS],
        values: [i64; MEASURES],
    ) -> Self {
        Self { cells: Vec::from(cell), values: Vec::from(values) }
    }

    /// One more cell, as in [`one`](Self::one).
    pub fn add<const DIMENSIONS: usize, const MEASURES: usize>(
        &mut self,
        cell: [u32; DIMENSIONS],
        values: [i64; MEASURES],
    ) {
        self.cells.extend_from_slice(&cell);
        self.values.extend_from_slice(&values);
    }

    /// The two lists as they go over the wire, cell after cell. Lists of another length than the manifest's
    /// dimensions and measures ask for are the guest's mistake: the engine takes nothing from them.
    #[must_use]
    pub const fn from_lists(cells: Vec<u32>, values: Vec<i64>) -> Self {
        Self { cells, values }
    }

    /// For each cell one index per dimension.
    #[must_use]
    pub fn cells(&self) -> &[u32] {
        &self.cells
    }

    /// For each cell one value per measure.
    #[must_use]
    pub fn values(&self) -> &[i64] {
        &self.values
    }

    pub(crate) fn into_wire(self) -> crate::bindings::contributing::Contributions {
        crate::bindings::contributing::Contributions { cells: self.cells, values: self.values }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_and_values_lie_one_after_the_other() {
        let mut two = Contributions::one([3, 1], [7]);
        two.add([0, 2], [-7]);
        assert_eq!((two.cells(), two.values()), (&[3, 1, 0, 2][..], &[7, -7][..]));
        assert_eq!(two, Contributions::from_lists(vec![3, 1, 0, 2], vec![7, -7]));
        assert_eq!(Contributions::none(), Contributions::default());
        let wire = two.into_wire();
        assert_eq!((wire.cells.len(), wire.values.len()), (4, 2));
    }
}
