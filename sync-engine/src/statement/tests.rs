use super::*;

fn wordings(text: &str) -> Vec<String> {
    read_statement(text).into_iter().map(|proposal| proposal.wording).collect()
}

#[test]
fn smoke() {
    assert_eq!(
        wordings("التوصيات: 1ـ الأولى. 2ـ الثانية. 3ـ الثالثة. والحمد لله رب العالمين"),
        ["الأولى.", "الثانية.", "الثالثة."]
    );
}
