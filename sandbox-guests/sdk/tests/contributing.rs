//! One unit's input by name, and what a contributor says, by the names of its labels.

use anshi_guest::testing::{TableRows, UnitCall};
use anshi_guest::{
    Contributions, Contributor, ContributorManifest, Dimension, ParameterSpec, Read, TableRead, UnitInput,
};

/// Says what its parameters tell it to.
struct Told;

impl Contributor for Told {
    const MANIFEST: ContributorManifest = ContributorManifest {
        parameters: &[
            ParameterSpec::integer("cells"),
            ParameterSpec::integer("values"),
            ParameterSpec::date("since"),
            ParameterSpec::text("branch"),
            ParameterSpec::identifier("certificate"),
        ],
        tables: &[
            TableRead { dataset: "licences", reads: &[Read::codes("status", &["ACTIVE"]), Read::integers("capital")] },
            TableRead { dataset: "premises", reads: &[Read::tokens("owner")] },
        ],
        dimensions: &[
            Dimension { name: "county", labels: &["north", "south"] },
            Dimension { name: "trade", labels: &["mill", "inn", "farm"] },
        ],
        measures: &["capital", "odd", "even"],
    };

    fn contribute(input: &UnitInput) -> Contributions {
        let cells = (0..input.integer("cells")).map(|index| index as u32).collect();
        Contributions::from_lists(cells, (0..input.integer("values")).map(|value| -value).collect())
    }
}

fn call() -> UnitCall<Told> {
    told(0, 0)
}

fn told(cells: i64, values: i64) -> UnitCall<Told> {
    let call = UnitCall::on(20_000).integer("cells", cells).integer("values", values);
    call.date("since", -5).text("branch", "Dezhou").token("certificate", 9)
}

#[test]
fn parameters_and_the_unit_itself_come_by_name() {
    let input = told(3, 4).unit_token(7).input();
    assert_eq!((input.as_of(), input.unit_token()), (20_000, 7));
    assert_eq!((input.integer("cells"), input.integer("values")), (3, 4));
    assert_eq!((input.date("since"), input.text("branch"), input.token("certificate")), (-5, "Dezhou", 9));
}

#[test]
fn tables_come_by_name_and_are_empty_if_a_test_leaves_them_out() {
    let licences = TableRows::of("licences").codes("status", [Some("ACTIVE"), Some("LOST"), None]);
    let input = call().table(TableRows::of("licences")).table(licences).input();
    let table = input.table("licences");
    assert_eq!((table.rows(), input.table("premises").rows()), (3, 0));
    assert_eq!(table.codes("status").iter().collect::<Vec<_>>(), [Some(0), Some(1), None]);
    assert_eq!(table.integers("capital").iter().collect::<Vec<_>>(), [None, None, None]);
}

#[test]
fn cells_come_by_the_names_of_their_labels() {
    assert!(told(0, 0).cells().is_empty());
    assert_eq!(told(2, 3).cells(), [(vec!["north", "inn"], vec![0, -1, -2])]);
    assert_eq!(told(2, 3).contributions(), Contributions::one([0, 1], [0, -1, -2]));
}

#[test]
#[should_panic(expected = "3 indices make no whole cells of 2 dimensions")]
fn half_a_cell_is_a_mistake() {
    let _ = told(3, 3).cells();
}

#[test]
#[should_panic(expected = "4 values for 1 cells of 3 measures")]
fn a_value_too_many_is_a_mistake() {
    let _ = told(2, 4).cells();
}

#[test]
#[should_panic(expected = "no label of `county` has the index 2")]
fn an_index_that_is_no_labels_is_a_mistake() {
    let _ = told(4, 6).cells();
}

#[test]
#[should_panic(expected = "the manifest declares no such dataset: `deeds`")]
fn an_undeclared_dataset_is_a_mistake() {
    let _ = call().input().table("deeds");
}

#[test]
#[should_panic(expected = "the manifest declares no such dataset: `deeds`")]
fn a_test_cannot_give_another_dataset() {
    let _ = call().table(TableRows::of("deeds"));
}

#[test]
#[should_panic(expected = "the manifest declares no such parameter: `ceiling`")]
fn an_undeclared_parameter_is_a_mistake() {
    let _ = call().integer("ceiling", 1);
}

#[test]
#[should_panic(expected = "not an integer parameter: `since`")]
fn a_parameter_of_another_kind_is_a_mistake() {
    let _ = call().input().integer("since");
}

#[test]
#[should_panic(expected = "set the parameter `values`")]
fn a_test_must_set_every_parameter() {
    let _ = UnitCall::<Told>::on(0).integer("cells", 1).cells();
}
