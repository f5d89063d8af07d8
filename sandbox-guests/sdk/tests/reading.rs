//! Reading an input by name, through the test builders: what a guest sees, and what it may not ask.

use anshi_guest::testing::{Call, PartyRows, TableRows};
use anshi_guest::{Input, Manifest, ParameterSpec, Read, Role, TableRead, Verifier};

struct Everything;

impl Verifier for Everything {
    const MANIFEST: Manifest = Manifest {
        parameters: &[
            ParameterSpec::integer("floor"),
            ParameterSpec::date("since"),
            ParameterSpec::text("branch"),
            ParameterSpec::identifier("certificate"),
        ],
        roles: &[
            Role {
                name: "enterprise",
                tables: &[TableRead {
                    dataset: "licences",
                    reads: &[
                        Read::integers("capital"),
                        Read::dates("granted"),
                        Read::codes("status", &["ACTIVE", "REVOKED"]),
                        Read::tokens("holder"),
                        Read::texts("scope"),
                    ],
                }],
            },
            Role { name: "person", tables: &[] },
        ],
        labels: &["no", "yes"],
    };

    fn verify(input: &Input) -> u32 {
        u32::try_from(input.integer("floor")).unwrap_or(u32::MAX)
    }
}

fn call() -> Call<Everything> {
    Call::on(20_000).integer("floor", 1).date("since", -5).text("branch", "Dezhou").token("certificate", 9)
}

fn licences() -> TableRows {
    TableRows::of("licences")
        .integers("capital", [Some(7), None, Some(-1)])
        .dates("granted", [1, 2, 3])
        .codes("status", [Some("REVOKED"), Some("LOST"), None])
        .tokens("holder", [4, 4, 5])
        .texts("scope", [None, Some(""), Some("retail")])
}

fn with_licences() -> Input {
    call().party(PartyRows::of("enterprise").table(licences())).input()
}

#[test]
fn parameters_come_by_name() {
    let input = call().input();
    assert_eq!(input.as_of(), 20_000);
    assert_eq!(input.integer("floor"), 1);
    assert_eq!(input.date("since"), -5);
    assert_eq!(input.text("branch"), "Dezhou");
    assert_eq!(input.token("certificate"), 9);
}

#[test]
fn parties_come_by_role_in_the_order_of_the_request() {
    let input = call()
        .party(PartyRows::of("person").token(30))
        .party(PartyRows::of("enterprise"))
        .party(PartyRows::of("person").token(20))
        .input();
    let tokens = |role| input.parties(role).map(|party| party.token()).collect::<Vec<_>>();
    assert_eq!(tokens("person"), [30, 20]);
    assert_eq!(tokens("enterprise"), [1]);
    assert_eq!(input.party("person").map(|party| party.token()), Some(30));
    assert!(call().input().party("person").is_none());
}

#[test]
fn columns_come_by_name_with_what_is_missing() {
    let input = with_licences();
    let table = input.party("enterprise").expect("given").table("licences");
    assert_eq!(table.rows(), 3);
    assert_eq!(table.integers("capital").iter().collect::<Vec<_>>(), [Some(7), None, Some(-1)]);
    assert_eq!(table.dates("granted").iter().collect::<Vec<_>>(), [Some(1), Some(2), Some(3)]);
    assert_eq!(table.codes("status").iter().collect::<Vec<_>>(), [Some(1), Some(2), None]);
    assert_eq!(table.tokens("holder").iter().collect::<Vec<_>>(), [Some(4), Some(4), Some(5)]);
    assert_eq!(table.texts("scope").iter().collect::<Vec<_>>(), [None, Some(""), Some("retail")]);
}

#[test]
fn what_a_test_leaves_out_is_empty_or_missing() {
    let input = call().party(PartyRows::of("enterprise")).input();
    let table = input.party("enterprise").expect("given").table("licences");
    assert_eq!((table.rows(), table.texts("scope").iter().count()), (0, 0));
    let rows = TableRows::of("licences").dates("granted", [1, 2]);
    let input = call().party(PartyRows::of("enterprise").table(rows)).input();
    let table = input.party("enterprise").expect("given").table("licences");
    assert_eq!(table.integers("capital").iter().collect::<Vec<_>>(), [None, None]);
}

#[test]
fn a_label_is_an_index_in_range_or_none() {
    assert_eq!(call().label(), Some("yes"));
    assert_eq!(call().integer("floor", 2).label(), None);
    assert_eq!(call().integer("floor", 2).index(), 2);
}

#[test]
#[should_panic(expected = "the manifest declares no such parameter: `ceiling`")]
fn an_undeclared_parameter_is_a_mistake() {
    let _ = call().input().integer("ceiling");
}

#[test]
#[should_panic(expected = "not a date parameter: `floor`")]
fn a_parameter_of_another_kind_is_a_mistake() {
    let _ = call().input().date("floor");
}

#[test]
#[should_panic(expected = "the manifest declares no such role: `household`")]
fn an_undeclared_role_is_a_mistake() {
    let _ = call().input().party("household");
}

#[test]
#[should_panic(expected = "the role declares no such dataset: `deeds`")]
fn an_undeclared_dataset_is_a_mistake() {
    let _ = with_licences().party("enterprise").expect("given").table("deeds");
}

#[test]
#[should_panic(expected = "the table declares no such column: `number`")]
fn an_undeclared_column_is_a_mistake() {
    let _ = with_licences().party("enterprise").expect("given").table("licences").integers("number");
}

#[test]
#[should_panic(expected = "the manifest declares another type: `granted`")]
fn a_column_of_another_type_is_a_mistake() {
    let _ = with_licences().party("enterprise").expect("given").table("licences").integers("granted");
}

#[test]
#[should_panic(expected = "set the parameter `since`")]
fn a_test_must_set_every_parameter() {
    let _ = Call::<Everything>::on(0).integer("floor", 1).index();
}

#[test]
#[should_panic(expected = "column `granted` of `licences` has 1 rows, the columns before it 2")]
fn columns_of_one_table_line_up() {
    let _ = TableRows::of("licences").integers("capital", [1, 2]).dates("granted", [1]);
}

#[test]
#[should_panic(expected = "the manifest declares `capital` as Integers")]
fn a_test_cannot_give_a_column_another_type() {
    let rows = TableRows::of("licences").dates("capital", [1]);
    let _ = call().party(PartyRows::of("enterprise").table(rows));
}
