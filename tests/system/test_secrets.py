"""What must never be shown or kept in the clear: tokens, identity bundles, and the inviter's cadre to who was not approved."""

from libp2p import Connection, contact, database
from taleus import REFUSED, Listener

TOKEN = "canary-token-5b1e0c9a7d"
BUNDLE = "canary-bundle-83d1f2"
CADRE = "canary-cadre-91aa.example"
PARTNER = "\x1b[31mcanary-partner"
TRACE = {"log.level": "trace"}


def test_planted_secrets_appear_nowhere(alice, bob, home):
    shown = []
    with Listener(alice, set={**TRACE, "party.cadre": CADRE}) as running:
        links = {}
        for role in ("stock", "foil"):
            made = alice.run("invite", "create", "--role", role, "--token", "-", "--json", stdin=f"{TOKEN}-{role}\n", set=TRACE)
            shown.append(made.err)
            links[role] = made.result["link"]
        for role in ("stock", "foil"):
            for _ in range(2):
                joined = bob.join(links[role]["signed"], set=TRACE)
                shown += [joined.out, joined.err]
            refused = home(f"carol-{role}").join(links[role]["signed"], set=TRACE, code=REFUSED)
            shown += [refused.out, refused.err]
            assert CADRE not in refused.out + refused.err
        with Connection(running.addresses[0]) as here:
            secret = alice.run("invite", "create", "--role", "foil", "--token", "-", "--json", stdin=f"{TOKEN}-third\n").result["link"]
            bundle = {"partyId": "client", "passport": BUNDLE}
            wrong = here.ask(contact(secret, "client", bundle={**bundle, "partyId": "other"}))
            assert wrong["code"] == "invalid_identity" and CADRE not in str(wrong)
            unknown = here.ask(contact({"token": TOKEN + "-unknown"}, "client", bundle=bundle))
            assert unknown["code"] == "invalid_token" and CADRE not in str(unknown)
            cut = here.ask(f'{{"token":"{TOKEN}-cut","partyId":"{TOKEN}"')
            assert cut["code"] == "malformed" and TOKEN not in str(cut)
            answer = here.ask(contact(secret, "client", bundle=bundle))
            assert answer["approved"] is True and answer["cadrePeerAddrs"] == [CADRE]
            assert here.ask(database("tally-c", answer["sessionId"]))["accepted"] is True
        for command in (["invite", "list"], ["session", "list"], ["tally", "list"], ["tally", "show", "tally-c"], ["invite", "list", "--json"]):
            ended = alice.run(*command, set=TRACE)
            shown += [ended.out, ended.err]
    shown += running.out + [running.log()]
    for one in shown:
        assert TOKEN not in one and BUNDLE not in one
    assert CADRE not in running.log()
    for party in (alice, bob, home_of(bob, "carol-stock"), home_of(bob, "carol-foil")):
        for name, data in party.content().items():
            assert TOKEN.encode() not in data, (party, name)
            assert BUNDLE.encode() not in data, (party, name)


def home_of(other, name):
    return type(other)(other.path.parent / name, init=False)


def test_text_of_a_partner_is_escaped_where_it_is_shown(alice, listener):
    made = alice.invite("foil")
    with Connection(listener.addresses[0]) as here:
        answer = here.ask(contact(made["link"], PARTNER, cadre=["\x1b]0;title\x07", "../../etc/passwd"]))
        tally_id = "../\x1b[2J'; DROP TABLE tallies; --"
        assert here.ask(database(tally_id, answer["sessionId"], endpoint="postgres://\x1b[0m/x"))["accepted"] is True
    session = answer["sessionId"]
    for command in (["session", "list"], ["session", "show", session], ["tally", "list"], ["tally", "show", tally_id]):
        ended = alice.run(*command)
        assert "\x1b" not in ended.out + ended.err and "\x07" not in ended.out, command
    [tally] = alice.tallies()
    assert (tally["tallyId"], tally["partnerParty"]) == (tally_id, PARTNER)  # JSON carries it as it is
    assert list((alice.path / "tallies").iterdir()) == []
