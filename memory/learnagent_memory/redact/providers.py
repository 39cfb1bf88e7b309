"""The forms of tokens that tell what they are by themselves: by providers' prefixes. Knows no names around them.

The forms are those that providers document for secret scanners. A form's hint is looked for first, so that a text
without secrets costs one search for each hint and no regular expression.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Literal

from learnagent_memory.redact.secret import Secret, steps

_BLANK = r"[A-Za-z0-9_-]"


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of token."""

    kind: str
    hint: str
    """Text that every token of this kind begins with, or holds where `pattern` begins before it."""
    pattern: str
    check: Literal["varied", "random"] = "varied"
    """`random` for prefixes that are words too (`sk-`): then the rest must look random."""


FORMS = (
    # models
    Form("anthropic key", "sk-ant-", rf"sk-ant-{_BLANK}{{16,}}"),
    Form("openrouter key", "sk-or-", r"sk-or-(?:v\d-)?[a-f0-9]{40,}"),
    Form("openai key", "sk-", rf"sk-(?:proj-|svcacct-|admin-)?{_BLANK}{{16,}}", "random"),
    Form("google api key", "AIza", rf"AIza{_BLANK}{{35,}}"),
    Form("hugging face token", "hf_", r"hf_[A-Za-z0-9]{30,}"),
    Form("groq key", "gsk_", r"gsk_[A-Za-z0-9]{40,}"),
    Form("xai key", "xai-", r"xai-[A-Za-z0-9]{60,}"),
    Form("replicate token", "r8_", r"r8_[A-Za-z0-9]{36,}"),
    Form("perplexity key", "pplx-", r"pplx-[A-Za-z0-9]{40,}"),
    Form("nvidia key", "nvapi-", rf"nvapi-{_BLANK}{{50,}}"),
    Form("cerebras key", "csk-", r"csk-[a-z0-9]{40,}"),
    Form("tavily key", "tvly-", rf"tvly-{_BLANK}{{24,}}"),
    Form("pinecone key", "pcsk_", rf"pcsk_{_BLANK}{{40,}}"),
    Form("langsmith key", "lsv2_", r"lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}"),
    Form("langfuse key", "sk-lf-", r"sk-lf-[a-f0-9-]{36}"),
    # clouds
    Form("aws key", "AKIA", r"AKIA[A-Z0-9]{16,}"),
    Form("aws key", "ASIA", r"ASIA[A-Z0-9]{16,}"),
    Form("aws bedrock key", "ABSK", r"ABSK[A-Za-z0-9+/]{60,}={0,2}"),
    Form("google oauth secret", "GOCSPX-", rf"GOCSPX-{_BLANK}{{24,}}"),
    Form("google oauth token", "ya29.", rf"ya29\.{_BLANK}{{30,}}"),
    Form("google refresh token", "1//0", rf"1//0{_BLANK}{{40,}}"),
    Form("azure client secret", "8Q~", r"[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,}"),
    Form("azure client secret", "7Q~", r"[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,}"),
    Form("azure key", "AccountKey=", r"AccountKey=[A-Za-z0-9+/]{40,}={0,2}"),
    Form("azure key", "SharedAccessKey=", r"SharedAccessKey=[A-Za-z0-9+/]{30,}={0,2}"),
    Form("azure devops token", "AZDO", r"[A-Za-z0-9]{70,80}AZDO[A-Za-z0-9]{4}"),
    Form("digitalocean token", "_v1_", r"do[opr]_v1_[a-f0-9]{60,}"),
    Form("alibaba key", "LTAI", r"LTAI[A-Za-z0-9]{17,}"),
    Form("tencent key", "AKID", r"AKID[A-Za-z0-9]{28,}"),
    Form("heroku key", "HRKU-", rf"HRKU-{_BLANK}{{36,}}"),
    Form("fly token", "FlyV1", r"FlyV1 [A-Za-z0-9+/=,_-]{40,}"),
    Form("netlify token", "nfp_", r"nfp_[A-Za-z0-9]{36,}"),
    Form("cloudflare key", "v1.0-", r"v1\.0-[a-f0-9]{24}-[a-f0-9]{100,}"),
    Form("vault token", "hvs.", rf"hvs\.{_BLANK}{{24,}}"),
    Form("vault token", "hvb.", rf"hvb\.{_BLANK}{{24,}}"),
    Form("terraform token", ".atlasv1.", rf"[A-Za-z0-9]{{14}}\.atlasv1\.{_BLANK}{{60,}}"),
    Form("doppler token", "dp.", rf"dp\.(?:pt|st|ct|scim|audit|sa)\.(?:{_BLANK}{{1,35}}\.)?{_BLANK}{{40,}}"),
    Form("pulumi token", "pul-", r"pul-[a-f0-9]{40}"),
    Form("planetscale token", "pscale_", r"pscale_(?:tkn|oauth|pw)_[A-Za-z0-9_.=-]{32,}"),
    Form("supabase key", "sbp_", r"sbp_[a-f0-9]{40}"),
    Form("supabase key", "sb_secret_", rf"sb_secret_{_BLANK}{{20,}}"),
    Form("databricks token", "dapi", r"dapi[a-f0-9]{32}(?:-\d)?"),
    Form("tailscale key", "tskey-", r"tskey-[a-z]+-[A-Za-z0-9-]{20,}"),
    Form("1password token", "ops_eyJ", rf"ops_eyJ{_BLANK}{{100,}}=*"),
    # code hosts, registries, builds
    *(Form("github token", f"gh{c}_", rf"gh{c}_[A-Za-z0-9]{{36,}}") for c in "pousr"),
    Form("github token", "github_pat_", r"github_pat_[A-Za-z0-9_]{50,}"),
    Form("gitlab token", "gl", rf"gl(?:pat|dt|rt|ptt|oas|cbt|soat|imt|agent|ffct|ft)-{_BLANK}{{20,}}(?:\.{_BLANK}+)*"),
    Form("gitlab token", "GR1348941", rf"GR1348941{_BLANK}{{20,}}"),
    Form("bitbucket token", "ATBB", r"ATBB[A-Za-z0-9]{32}"),
    Form("atlassian token", "ATATT3", r"ATATT3[A-Za-z0-9_=-]{60,}"),
    Form("npm token", "npm_", r"npm_[A-Za-z0-9]{36,}"),
    Form("pypi token", "pypi-", rf"pypi-AgE{_BLANK}{{50,}}"),
    Form("rubygems key", "rubygems_", r"rubygems_[a-f0-9]{48}"),
    Form("crates token", "cio", r"cio[A-Za-z0-9]{32}", "random"),
    Form("nuget key", "oy2", r"oy2[a-z0-9]{43}"),
    Form("docker token", "dckr_", rf"dckr_[op]at_{_BLANK}{{24,}}"),
    Form("clojars token", "CLOJARS_", r"CLOJARS_[a-f0-9]{60}"),
    Form("artifactory key", "AKCp", r"AKCp[A-Za-z0-9]{60,}"),
    Form("circleci token", "CCIPAT_", r"CCIPAT_[A-Za-z0-9]{20,}_[a-f0-9]{40}"),
    Form("buildkite token", "bkua_", r"bkua_[a-f0-9]{40}"),
    Form("sonar token", "sq", r"sq[pua]_[a-f0-9]{40}"),
    Form("sourcegraph token", "sgp_", r"sgp_(?:[a-fA-F0-9]{16}_|local_)?[a-fA-F0-9]{40}"),
    # chat and mail
    Form("slack token", "xox", r"xox[abeprs](?:\.xox[bp])?-[A-Za-z0-9-]{20,}"),
    Form("slack token", "xapp-", r"xapp-\d-[A-Za-z0-9-]{20,}"),
    Form("slack webhook", "hooks.slack.com/", r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9/+]{30,}"),
    Form("discord webhook", "/api/webhooks/", rf"/api/webhooks/\d{{15,}}/{_BLANK}{{40,}}"),
    Form("teams webhook", ".webhook.office.com/", r"\.webhook\.office\.com/webhookb2/[A-Za-z0-9@/-]{60,}"),
    *(Form("discord token", c, rf"{c}[A-Za-z0-9_-]{{23,27}}\.{_BLANK}{{6}}\.{_BLANK}{{27,}}", "random") for c in "MNO"),
    Form("telegram token", ":AA", rf"\d{{8,10}}:AA{_BLANK}{{32,}}"),
    Form("sendgrid key", "SG.", rf"SG\.{_BLANK}{{16,}}\.{_BLANK}{{16,}}"),
    Form("mailgun key", "key-", r"key-[a-f0-9]{32}"),
    Form("mailchimp key", "-us", r"[a-f0-9]{32}-us\d{1,2}"),
    Form("brevo key", "xkeysib-", r"xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}"),
    Form("resend key", "re_", r"re_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,}", "random"),
    Form("twilio key", "SK", r"SK[a-f0-9]{32}"),
    # payment and shops
    Form("stripe key", "k_live_", r"[spr]k_live_[A-Za-z0-9]{16,}"),
    Form("stripe key", "k_test_", r"[spr]k_test_[A-Za-z0-9]{16,}"),
    Form("webhook secret", "whsec_", r"whsec_[A-Za-z0-9+/=]{24,}"),
    Form("square token", "sq0", rf"sq0(?:atp|csp|idp)-{_BLANK}{{22,}}"),
    Form("braintree token", "access_token$", r"access_token\$(?:production|sandbox)\$[a-z0-9]{16}\$[a-f0-9]{32}"),
    Form("shopify token", "shp", r"shp(?:at|ca|pa|ss|tka)_[a-fA-F0-9]{32}"),
    Form("razorpay key", "rzp_", r"rzp_(?:live|test)_[A-Za-z0-9]{14,}"),
    Form("flutterwave key", "FLWSECK", r"FLWSECK(?:_TEST|_LIVE)?-[A-Za-z0-9-]{12,}"),
    Form("shippo token", "shippo_", r"shippo_(?:live|test)_[a-fA-F0-9]{40}"),
    Form("easypost key", "EZ", r"EZ[AT]K[A-Za-z0-9]{54}"),
    # monitoring and services
    Form("new relic key", "NR", r"NR(?:AK|AA|JS|RA|II)-[A-Za-z0-9]{19,}"),
    Form("sentry token", "sntry", r"sntry[su]_[A-Za-z0-9+/=_-]{40,}"),
    Form("grafana token", "glsa_", r"glsa_[A-Za-z0-9]{32}_[a-fA-F0-9]{8}"),
    Form("grafana token", "glc_eyJ", r"glc_eyJ[A-Za-z0-9+/=]{32,}"),
    Form("dynatrace token", "dt0", r"dt0[a-z]\d\d\.[A-Z0-9]{24}\.[A-Z0-9]{64}"),
    Form("posthog key", "phx_", r"phx_[A-Za-z0-9]{40,}"),
    Form("linear key", "lin_", r"lin_(?:api|oauth)_[A-Za-z0-9]{32,}"),
    Form("notion token", "ntn_", r"ntn_[A-Za-z0-9]{40,}"),
    Form("notion token", "secret_", r"secret_[A-Za-z0-9]{43}", "random"),
    Form("airtable token", "pat", r"pat[A-Za-z0-9]{14}\.[a-f0-9]{64}"),
    Form("figma token", "figd_", rf"figd_{_BLANK}{{40,}}"),
    Form("postman key", "PMAK-", r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}"),
    Form("contentful token", "CFPAT-", rf"CFPAT-{_BLANK}{{43}}"),
    Form("mapbox token", "sk.eyJ", rf"sk\.eyJ{_BLANK}{{20,}}\.{_BLANK}{{20,}}"),
    Form("readme key", "rdme_", r"rdme_[a-z0-9]{70}"),
    Form("dropbox token", "sl.", rf"sl\.(?:u\.)?{_BLANK}{{100,}}"),
    Form("facebook token", "EAA", r"EAA[A-Za-z0-9]{80,}"),
    Form("prefect key", "pn", r"pn[ub]_[A-Za-z0-9]{36}"),
    Form("typeform token", "tfp_", r"tfp_[A-Za-z0-9_.=-]{40,}"),
    Form("openvsx token", "ovsx", r"ovsx[pa]t_[A-Za-z0-9-]{36}"),
    Form("yandex key", "AQVN", rf"AQVN{_BLANK}{{35,}}"),
    Form("age key", "AGE-SECRET-KEY-", r"AGE-SECRET-KEY-(?:PQ-)?1[A-Z0-9]{40,}"),
    Form(
        "json web token",
        "eyJ",
        rf"eyJ{_BLANK}{{10,4000}}\.(?:eyJ{_BLANK}{{6,20000}}\.{_BLANK}{{10,}}|{_BLANK}*(?:\.{_BLANK}{{6,}}){{3}})",
    ),
)

_RUN = re.compile(r"[A-Za-z0-9_./+=:$~-]{18,}|FlyV1")
"""What a token is within; none is shorter."""
_BOUNDARIES = (r"(?<![A-Za-z0-9]", r"(?<=\\[nrtbf]", r"(?<=\\u00[0-9a-f]{2}", r"(?<=%[0-9A-Fa-f]{2}", r"(?<=[0-9;\[]m")
"""What may stand before a token, as open lookbehinds: no letter and no digit but those of an escape."""


def find_tokens(text: str) -> list[Secret]:
    """Return the tokens in a text."""
    runs = "\n".join(run for run in _RUN.findall(text) if not run.isalpha())  # 10 % of code: a tenth of the searches
    return [secret for form in FORMS if form.hint in runs for secret in _find(form, text)]


def _find(form: Form, text: str) -> list[Secret]:
    matches = _compiled(form).finditer(text)
    return [Secret(form.kind, *match.span()) for match in matches if _is_token(form, match[0])]


def _is_token(form: Form, value: str) -> bool:
    """Tell tokens from placeholders (`ghp_xxxx`) and words."""
    rest = value[len(form.hint) :]
    if form.check == "varied":
        return len(set(rest)) >= 6
    return len(set(rest)) >= 8 and any(c.isdigit() for c in rest) and steps(rest) >= 5


@functools.cache
def _compiled(form: Form) -> re.Pattern[str]:
    """Put the boundary behind the hint, where a token begins with it: then the search is for a literal, and fast."""
    hint = re.sub(r"([.$])", r"\\\1", form.hint)
    if form.pattern.startswith(hint) and not form.hint[0].isalnum():
        return re.compile(form.pattern)
    first = hint if form.pattern.startswith(hint) else ""
    boundary = "|".join(f"{before}{first})" for before in _BOUNDARIES)
    return re.compile(f"{first}(?:{boundary}){form.pattern.removeprefix(first)}")
