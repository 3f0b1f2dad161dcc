"""Rules and how they are put together."""

from dataclasses import dataclass

from platekeeper.policy import Allowed, Denied, load_profile
from platekeeper.policy.decision import AllOf, AnyOf, Refusal, Rule
from platekeeper.policy.profile import Profile


@dataclass(frozen=True)
class Facts:
    profile: Profile
    wrong: frozenset[str] = frozenset()


EL_CAJON = load_profile("el-cajon")


def rule(tag, obligation):
    def finds(facts):
        return Refusal(f"{tag} is wrong.", "Mend it.") if tag in facts.wrong else None

    return Rule(tag, obligation, finds)


ONE, OTHER = rule("one", "SRC-02"), rule("other", "PUR-01")


class TestRule:
    def test_denies_with_the_obligations_first_clause(self):
        decision = ONE.decide(Facts(EL_CAJON, frozenset({"one"})))

        assert decision == Denied(
            clause="EC 427.7(d)",
            reason="one is wrong.",
            remedy="Mend it.",
            obligation="SRC-02",
            version=EL_CAJON.version,
        )
        assert str(decision) == "one is wrong. Mend it. (EC 427.7(d))"

    def test_cites_a_more_exact_clause_where_it_is_given_one(self):
        exact = Rule("exact", "SRC-02", lambda _: Refusal("No.", "Mend it.", clause="EC 427.9"))

        assert exact.decide(Facts(EL_CAJON)).clause == "EC 427.9"

    def test_is_not_asked_where_it_does_not_concern(self):
        idle = Rule("idle", "SRC-02", lambda _: Refusal("No.", "Mend it."), concerns=lambda _: False)

        assert idle.decide(Facts(EL_CAJON)) == Allowed(clauses=(), version=EL_CAJON.version)


class TestAllOf:
    def test_answers_with_the_first_refusal(self):
        facts = Facts(EL_CAJON, frozenset({"one", "other"}))

        assert AllOf((OTHER, ONE)).decide(facts).reason == "other is wrong."

    def test_tells_every_refusal_on_request(self):
        facts = Facts(EL_CAJON, frozenset({"one", "other"}))

        assert [denied.obligation for denied in AllOf((ONE, OTHER)).refusals(facts)] == ["SRC-02", "PUR-01"]

    def test_allows_with_every_clause_once(self):
        decision = AllOf((ONE, AllOf((OTHER, ONE)))).decide(Facts(EL_CAJON))

        assert decision == Allowed(clauses=("EC 427.7(d)", "EC 427.5(a)"), version=EL_CAJON.version)


class TestAnyOf:
    def test_answers_with_the_first_refusal_where_none_allows(self):
        facts = Facts(EL_CAJON, frozenset({"one", "other"}))

        assert AnyOf((OTHER, ONE)).decide(facts).reason == "other is wrong."

    def test_allows_where_one_does(self):
        decision = AnyOf((ONE, OTHER)).decide(Facts(EL_CAJON, frozenset({"one"})))

        assert decision == Allowed(clauses=("EC 427.5(a)",), version=EL_CAJON.version)
