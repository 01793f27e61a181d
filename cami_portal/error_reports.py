"""Errors reported to Sentry, or to what understands its language (GlitchTip), where ``SENTRY_DSN`` names one.

A report says what failed and where in the code, not for whom: no values of variables, no cookies, forms, queries,
addresses or accounts of visitors.
"""

import os

import sentry_sdk
from sentry_sdk.integrations.django import DjangoIntegration

from .backup.making import commit
from .logs import discreet, request_id

# Nothing else leaves; among the rest are the words of the command line, in which an e-mail may stand.
SENT = ["event_id", "timestamp", "platform", "level", "logger", "exception", "transaction", "environment", "release"]


def start(dsn, environment):
    """Report from now on. The release is what ``SENTRY_RELEASE`` or git says."""
    sentry_sdk.init(
        dsn=dsn,
        environment=environment,
        release=os.environ.get("SENTRY_RELEASE") or commit(),
        before_send=report,
        integrations=[DjangoIntegration(middleware_spans=False, signals_spans=False)],
        auto_enabling_integrations=False,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
        trace_propagation_targets=[],  # sites whose links are checked get no headers of ours
    )


def report(event, hint):
    """What is sent of ``event``; ``None`` for what anybody can cause, such as a wrong host."""
    if event.get("logger", "").startswith("django.security"):
        return None
    sent = {name: event[name] for name in SENT if name in event}
    if said := event.get("logentry"):
        sent["logentry"] = {"message": said.get("formatted") or said.get("message", "")}
    asked = event.get("request", {})
    if asked:
        sent["request"] = {name: asked[name].partition("?")[0] for name in ("method", "url") if name in asked}
    sent["tags"] = {"request": request_id.get()}
    return all_discreet(sent)


def all_discreet(value):
    if isinstance(value, dict):
        return {name: all_discreet(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [all_discreet(one) for one in value]
    return discreet(value) if isinstance(value, str) else value
