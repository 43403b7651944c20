"""``leadloop keys``, ``people`` and ``audit``: what an administrator does by command."""

from __future__ import annotations

import re

from features.facts.contacts import Contact, ContactBook
from features.facts.database import engine_for
from features.facts.values import LeadId
from features.settings import contact_masters
from serving.gate.api_keys import ApiKeys
from serving.gate.people import People
from serving.gate.roles import SCOPE_WORDS, SCOPES
from tests.leadloop.command_line import Small, one_line, run


def test_a_key_is_shown_once_listed_rotated_and_revoked(opened: Small) -> None:
    assert "There is no key yet" in opened.done("keys")
    made = opened.done("keys", "create", "crm", "--scope", "write", "--scope", "score", "--rate", "20")
    key = made.splitlines()[-1]
    key_id = key.split("_")[1]
    listed = opened.done("keys", "list")
    assert key not in listed
    assert re.search(rf"crm +score, write +{key_id} +20 .* opens", listed)
    second = opened.done("keys", "rotate", key_id).splitlines()[-1]
    assert f"Key {key_id} is revoked." in opened.done("keys", "revoke", key_id)
    assert "revoked 20" in opened.done("keys", "list")
    engine = engine_for(f"sqlite:///{opened.home / 'leadloop.db'}")
    keys = ApiKeys(engine)
    assert keys.holder(key.encode()) is None
    assert keys.holder(second.encode()) is not None
    engine.dispose()
    third = opened.done("keys", "rotate", second.split("_")[1], "--revoke")
    assert "which is revoked" in third


def test_a_key_without_a_scope_is_answered_with_what_each_scope_opens(company: Small) -> None:
    ran = company.run("keys", "create", "crm")
    assert ran.code == 2
    assert "give one --scope or several" in one_line(ran.err)
    for scope in SCOPES:
        assert f"--scope {scope}: {SCOPE_WORDS[scope]}" in one_line(ran.err)
    assert not company.home.exists()


def test_what_cannot_be_done_is_said_in_one_sentence(opened: Small) -> None:
    for words, said in (
        (("keys", "revoke", "nothing"), "There is no key nothing; `leadloop keys list` lists them."),
        (("keys", "create", "crm", "--scope", "all"), "A key's scopes are of score, write, read, admin; all is not."),
        (("people", "add", "anna", "--role", "owner"), "A role is one of manager, head, marketer, analyst, admin"),
        (("people", "add", "anna", "--role", "manager"), "A manager needs the name that company.yaml calls him by"),
        (("people", "link", "anna"), "anna has no account; `leadloop people list` lists them."),
        (("people", "role", "anna", "head"), "anna has no account"),
        (("people", "remove", "anna"), "anna has no account"),
    ):
        ran = opened.run(*words)
        assert (ran.code, said in one_line(ran.err)) == (1, True), ran.err


def test_a_person_is_added_with_a_link_given_another_role_and_removed(opened: Small) -> None:
    assert "Nobody has an account yet" in opened.done("people")
    added = opened.done("people", "add", "Anna@firma.ru", "--role", "manager", "--manager", "Анна")
    assert "anna@firma.ru has an account as manager." in added
    link = added.splitlines()[-1]
    assert link.startswith("http://127.0.0.1:8000/welcome?link=")
    assert "has not chosen a password yet" in opened.done("people", "list")
    another = opened.done("people", "link", "anna@firma.ru").splitlines()[-1]
    assert another != link
    assert "anna@firma.ru is head now." in opened.done("people", "role", "anna@firma.ru", "head")
    engine = engine_for(f"sqlite:///{opened.home / 'leadloop.db'}")
    account = People(engine).account("anna@firma.ru")
    engine.dispose()
    assert (account.role, account.manager) == ("head", None)
    assert "signs in no more" in opened.done("people", "remove", "anna@firma.ru")
    assert "removed" in opened.done("people", "list")


def with_managers(company: Small, *names: str) -> None:
    """Let company.yaml name managers."""
    with (company.folder / "company.yaml").open("a", encoding="utf-8") as words:
        words.write(f"managers: [{', '.join(f'{{name: {name}}}' for name in names)}]\n")


def test_a_manager_whom_nobody_names_is_refused_with_those_there_are(imported: Small) -> None:
    place = imported.place
    ran = run("people", "add", "bob", "--role", "manager", "--manager", "Zed", *place)
    assert ran.code == 1
    assert "No manager is called Zed." in one_line(ran.err)
    assert "name are: Анна. Take one of them" in one_line(ran.err)
    with_managers(imported, "Борис", "Вера")
    ran = run("people", "add", "bob", "--role", "manager", "--manager", "Zed", *place)
    assert "name are: Анна, Борис, Вера. Take one of them" in one_line(ran.err)
    assert "Nobody has an account yet" in imported.done("people")
    for login, name in (("anna", "Анна"), ("boris", "Борис")):
        assert run("people", "add", login, "--role", "manager", "--manager", name, *place).code == 0
    ran = run("people", "role", "anna", "manager", "--manager", "анна", *place)
    assert "No manager is called анна." in one_line(ran.err)
    assert "manager (Анна)" in imported.done("people")
    assert run("people", "role", "anna", "manager", "--manager", "Вера", *place).code == 0
    assert "manager (Вера)" in imported.done("people")


def test_where_no_manager_is_known_yet_any_name_is_taken(company: Small) -> None:
    for login, place in (("anna", company.place), ("boris", company.place[:2])):
        ran = run("people", "add", login, "--role", "manager", "--manager", "Анна", *place)
        assert ran.code == 0, ran.err


def test_the_audit_log_says_when_nothing_is_in_it(opened: Small) -> None:
    assert "Nobody has looked at or changed anything yet." in opened.done("audit")


def test_the_master_key_of_contacts_is_changed_and_every_contact_opens_as_before(imported: Small) -> None:
    before = contact_masters(imported.home)
    assert re.search(r"\d+ keys are wrapped by the new master key; 0 rows", imported.done("keys", "rotate-contacts"))
    after = contact_masters(imported.home)
    assert len(after) == 1
    assert after != before
    engine = engine_for(f"sqlite:///{imported.home / 'leadloop.db'}")
    told = ContactBook(engine, b"").contact(LeadId("1"))
    engine.dispose()
    assert told == Contact("Мария", "+7 916 123-45-67", "m@example.com")
