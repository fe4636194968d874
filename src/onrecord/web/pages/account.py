"""Signing in and out."""

from typing import Any

from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from onrecord.apps.accounts import guessing

#: No user name is longer, and the log of wrong passwords cannot store more.
_LONGEST_NAME = 255
_WRONG = "Wrong email or password. Check both and try again."
_LOCKED = "Too many wrong passwords. Wait 15 minutes, then try again, or ask an admin for a new password."


@login_not_required
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    target = _safe_target(request)
    if request.method == "POST":
        username = request.POST.get("username", "").strip().lower()[:_LONGEST_NAME]
        if guessing.is_refused(request, username):
            return locked_out(request)
        user = authenticate(request, username=username, password=request.POST.get("password", ""))
        if user is None:
            return _form(request, username=username, target=target, problem=_WRONG, status=422)
        login(request, user)
        response = HttpResponseRedirect(target)
        guessing.remember(response, username)
        return response
    if request.user.is_authenticated:
        return HttpResponseRedirect(target)
    return _form(request, username="", target=target, problem="", status=200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("sign-in")


def locked_out(request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
    """The response of sign-in after too many wrong passwords."""
    username = request.POST.get("username", "")
    return _form(request, username=username, target=_safe_target(request), problem=_LOCKED, status=429)


def _form(request: HttpRequest, *, username: str, target: str, problem: str, status: int) -> HttpResponse:
    context = {"username": username, "next": target, "problem": problem}
    return render(request, "sign_in.html", context, status=status)


def _safe_target(request: HttpRequest) -> str:
    """The page to open after sign-in: a path on this site, never another host."""
    target = request.POST.get("next") or request.GET.get("next") or reverse("home")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if safe else reverse("home")


urlpatterns = [
    path("sign-in", sign_in, name="sign-in"),
    path("sign-out", sign_out, name="sign-out"),
]
