"""The one page of this room: a member stops the mails, without signing in, by the signed link in each of them."""

from uuid import UUID

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from casehug.notify.compose import UNSUBSCRIBE_SALT
from casehug.notify.services import subscribe_again, unsubscribe
from casehug.tenancy.scope import firm_scope


@csrf_exempt  # RFC 8058: the mail program posts by itself; the signature in the address is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe_page(request: HttpRequest, signed: str) -> HttpResponse:
    """GET changes nothing, since scanners of mails follow every link. POST with `again` takes the mails back on."""
    try:
        firm_id, user_id = map(UUID, signing.loads(signed, salt=UNSUBSCRIBE_SALT))
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Http404 from error
    state = "asked"
    if request.method == "POST":
        state = "again" if "again" in request.POST else "stopped"
        with firm_scope(firm_id):
            (subscribe_again if state == "again" else unsubscribe)(user_id=user_id)
    return render(request, "notify/unsubscribe.html", {"state": state})
