"""The catalogue's pages: what is told of offers, campaigns and ads, what nobody told yet, and a form to tell it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.datastructures import FormData, UploadFile

from features.errors import FactRefused
from features.facts.catalogue import ENTRY_KINDS, EntryKind, Promised, Version
from features.facts.channels import tidied
from features.facts.company import Company
from features.facts.file_shape import Decimal
from features.facts.pictures import LARGEST_PICTURE, MEDIA_TYPES, NAME, keep_picture, kept_picture
from monitoring.lead_book import LeadBook
from serving.desk.desk import Desk
from serving.offers.told_form import Wrong, promised_of, typed_of
from serving.pages import Pages, language_asked
from serving.routes_when_asked import DoorRouter

MOST_UNTOLD = 20
PICTURE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cache-Control": "private, max-age=86400",
}
Name = Annotated[str, Query(max_length=300)]


def offers_router(desk: Desk, book: LeadBook, home: Path, pages: Pages) -> DoorRouter:
    """Return the catalogue's pages; uploaded pictures are kept in the data folder ``home``."""
    router = DoorRouter(include_in_schema=False)
    catalogue, company = desk.catalogue, desk.company
    assert catalogue is not None  # the wiring gives the desk one

    def figures() -> dict[str, Any]:
        moment = desk.now()
        entries = catalogue.entries(moment)
        told = {(one.kind, tidied(one.name)) for one in entries}
        listed = [one for one in defaults_of(company, moment) if ("offer", tidied(one.name)) not in told]
        told |= {("offer", tidied(one.name)) for one in listed}
        counts = book.named(moment)
        untold = [(kind, name, count) for (kind, name), count in counts.most_common() if (kind, name) not in told]
        leads = {(one.kind, one.name): counts[(one.kind, tidied(one.name))] for one in (*entries, *listed)}
        return {
            "entries": entries, "listed": listed, "leads": leads, "untold": untold[:MOST_UNTOLD], "untold_count": len(untold),
            "today": moment.astimezone(company.zone).date(),
        }  # fmt: skip

    def form_of(kind: str, name: str) -> dict[str, Any]:
        """Return the form as it begins: with what is told already, by the catalogue or by company.yaml."""
        known: EntryKind = next((one for one in ENTRY_KINDS if one == kind), "offer")
        versions = catalogue.versions(known, name) if name else []
        listed = (
            one for one in defaults_of(company, desk.now()) if known == "offer" and tidied(one.name) == tidied(name)
        )
        shown = next((one for one in versions if not one.promised.withdrawn), None) or next(listed, None)
        typed = typed_of(shown) if shown else {"kind": known, "name": name}
        kept = [one for one in shown.promised.pictures if NAME.match(one)] if shown else []
        return {"typed": typed, "kept": kept, "versions": versions, "wrong": []}

    def show_form(request: Request, told: dict[str, Any], status: int = 200) -> HTMLResponse:
        return pages.show(request, "offer.html", status, kinds=ENTRY_KINDS, largest=LARGEST_PICTURE, **told)

    @router.get("/offers", response_class=HTMLResponse)
    async def offers_page(request: Request) -> HTMLResponse:
        """Show what is told of offers, campaigns and ads, and which leads name that nobody told of."""
        return pages.show(request, "offers.html", **await run_in_threadpool(figures))

    @router.get("/offers/tell", response_class=HTMLResponse)
    async def offer_form(request: Request, kind: Name = "offer", name: Name = "") -> HTMLResponse:
        """Show the form, and the versions so far."""
        return show_form(request, await run_in_threadpool(form_of, kind, name))

    @router.post("/offers/tell")
    async def tell(request: Request) -> Response:
        """Append a version; what does not fit stays in the form, with what would be right beside it."""
        async with request.form(max_files=1, max_fields=40) as sent:
            form = {name: value for name, value in sent.items() if isinstance(value, str)}
            kept, wrong = await _pictures(sent, home)
        decimal: Decimal = "," if pages.writing(request).language == "ru" else "."
        taken_back = bool(form.get("withdraw"))
        sent_form = {**form, "price": "", "pictures": ""} if taken_back else form
        told = promised_of(sent_form, () if taken_back else kept, decimal, company.currency)
        if taken_back and isinstance(told, tuple):
            told = (told[0], told[1], Promised(withdrawn=True))
        if isinstance(told, list) or wrong:
            mistakes = [*(told if isinstance(told, list) else []), *wrong]
            versions = await run_in_threadpool(form_of, form.get("kind", ""), form.get("name", ""))
            return show_form(request, {**versions, "typed": form, "kept": kept, "wrong": mistakes}, 422)
        kind, name, promised = told
        await run_in_threadpool(catalogue.remember, Version(kind, name, desk.now(), promised))
        return RedirectResponse(pages.link("/offers", **language_asked(request)), 303)

    @router.get("/offers/pictures/{name}")
    async def picture(name: str) -> Response:
        """Serve an uploaded picture as nothing but a picture."""
        path = await run_in_threadpool(kept_picture, name, home)
        if path is None:
            return Response(status_code=404)
        return FileResponse(path, media_type=MEDIA_TYPES[path.suffix[1:]], headers=PICTURE_HEADERS)

    return router


def defaults_of(company: Company, moment: datetime) -> list[Version]:
    """Return the offers of ``company.yaml``, which hold until the catalogue says more."""
    return [
        Version("offer", name, moment, Promised(one.promise, one.discount, one.price))
        for name, one in company.offers.items()
    ]


async def _pictures(sent: FormData, home: Path) -> tuple[list[str], list[Wrong]]:
    """Return the pictures that go with the form: those kept before and ticked, and the one uploaded now."""
    kept = [str(one) for one in sent.getlist("kept") if NAME.match(str(one))]
    file = sent.get("picture")
    if not isinstance(file, UploadFile) or not file.filename:
        return kept, []
    try:
        name = await run_in_threadpool(keep_picture, await file.read(), home)
    except FactRefused:
        return kept, [Wrong("picture", "of_wrong_picture")]
    return [*dict.fromkeys([*kept, name])], []
