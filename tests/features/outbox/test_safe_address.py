"""No request goes to an inner network, whatever a name in company.yaml is pointed at."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import DestinationRefused
from features.outbox.safe_address import safe_address

OUTSIDE = "93.184.216.34"
INNER = (
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:10.0.0.1", "64:ff9b:1::1", "2002:7f00:1::",
    "2001:db8::1", "::7f00:1", "fec0::1", "4000::1", "240.0.0.1", "198.18.0.1", "64:ff9b::7f00:1",
    "192.0.0.192",
)  # fmt: skip


def asked(url: str, *numbers: str, loopback: bool = False) -> str:
    return safe_address(url, loopback=loopback, resolve=lambda host, port: list(numbers)).url


@pytest.mark.parametrize("number", INNER)
def test_an_inner_address_is_refused_behind_any_name(number: str) -> None:
    with pytest.raises(DestinationRefused, match="inner network"):
        asked("https://api.example.com/x", number)
    with pytest.raises(DestinationRefused, match="inner network"):
        asked("https://api.example.com/x", OUTSIDE, number)


@pytest.mark.parametrize(
    "url",
    ["http://api.example.com/x", "ftp://api.example.com", "https://", "https://user:key@api.example.com", "//x", "https://[::1",
     "https://api.example.com:99999/", "https://api.example.com:0/", "https://api.example.com:25/", "https://api.example.com:6a/",
     "https://key@api.example.com", "https://a%2eb/", "https://a b/", "https://api.example.com\\@10.0.0.1/",
     "file:///etc/passwd", "javascript:alert(1)", ""],
)  # fmt: skip
def test_what_is_no_https_address_is_refused(url: str) -> None:
    with pytest.raises(DestinationRefused):
        asked(url, OUTSIDE)


def test_the_request_goes_to_the_very_number_that_was_judged() -> None:
    found = safe_address("https://api.example.com:8443/a/b?c=d", resolve=lambda host, port: [OUTSIDE])
    assert (found.url, found.host, found.name) == (
        f"https://{OUTSIDE}:8443/a/b?c=d", "api.example.com:8443", "api.example.com",
    )  # fmt: skip
    assert asked("https://x.example", "2606:4700::1111") == "https://[2606:4700::1111]/"


def test_this_machine_is_asked_only_where_that_is_allowed_and_http_only_there() -> None:
    assert asked("http://localhost:8000/x", "127.0.0.1", loopback=True) == "http://127.0.0.1:8000/x"
    for number in (OUTSIDE, "10.0.0.1"):
        with pytest.raises(DestinationRefused):
            asked("http://api.example.com/x", number, loopback=True)


def test_a_name_that_stands_for_nothing_is_refused() -> None:
    with pytest.raises(DestinationRefused, match="stands for no address"):
        safe_address("https://name.invalid/x")


@given(st.ip_addresses(v=4, network="10.0.0.0/8") | st.ip_addresses(v=6, network="fc00::/7"))
def test_a_number_written_into_the_address_is_judged_like_any_other(number: object) -> None:
    host = f"[{number}]" if ":" in str(number) else str(number)
    with pytest.raises(DestinationRefused):
        safe_address(f"https://{host}/x", resolve=lambda host, port: [host])


@pytest.mark.parametrize(
    "written", ["2130706433", "0177.0.0.1", "0x7f.0.0.1", "127.1", "0", "①27.0.0.1", "[::ffff:127.0.0.1]"]
)
def test_this_machine_is_recognised_however_its_number_is_written(written: str) -> None:
    """What the number means is left to the system's own resolver, which is asked for real."""
    with pytest.raises(DestinationRefused):
        safe_address(f"https://{written}/x")


def test_a_name_in_other_letters_is_asked_as_dns_writes_it() -> None:
    found = safe_address("https://бюро.рф/вход?a=б", resolve=lambda host, port: [OUTSIDE])
    assert (found.host, found.name) == ("xn--90a0af9c.xn--p1ai",) * 2
    assert found.url.startswith(f"https://{OUTSIDE}/")


@given(st.text(max_size=40) | st.text(max_size=40).map("https://{}".format))
def test_whatever_stands_there_is_judged_and_breaks_nothing(url: str) -> None:
    try:
        found = safe_address(url, resolve=lambda host, port: [OUTSIDE])
    except DestinationRefused:
        return
    assert found.url.startswith(f"https://{OUTSIDE}")
    assert found.host.isascii()


@pytest.mark.parametrize(
    "url", ["https://user:pw@evil.example", "https://10.0.0.1#@api.example.com/", "https://10.0.0.1?@api.example.com"]
)
def test_what_stands_beside_the_name_does_not_hide_it(url: str) -> None:
    with pytest.raises(DestinationRefused):
        safe_address(url, resolve=lambda host, port: [host if host[0].isdigit() else OUTSIDE])
