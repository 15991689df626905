"""The words of every message: to clients in English and Spanish, to members of the firm in English.

A message goes through other people's hands. So its subject says nothing but the firm's name, and its text knows the
client's first name and what the firm asks for: no last name, no title, no answers, no contents of documents.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """One message. `lines` stand above the button, `closing` below; `sms` is the whole text message."""

    subject: str
    heading: str
    lines: tuple[str, ...]
    button: str = ""
    closing: str = ""
    sms: str = ""


LINK, REJECTED, REMINDER, CODE = "link", "rejected", "reminder", "code"
SYNC_TROUBLE, SYNC_BROKEN, SYNC_RECOVERED = "sync_trouble", "sync_broken", "sync_recovered"
SUBMITTED, COMPLETED, LOCKED, EXPIRING, INVITATION = "submitted", "completed", "locked", "expiring", "invitation"

TO_CLIENT: dict[str, dict[str, Words]] = {
    "en": {
        LINK: Words(
            "Your intake for {firm}",
            "Hello {first_name},",
            (
                "{firm} asks you for some answers and documents. You need no account and no password: this private"
                " link opens your page. You can stop at any time and go on later, also on your phone.",
            ),
            "Open my page",
            "The link is yours alone. Please do not forward this message.",
            "{firm}: your private intake page: {url}",
        ),
        REJECTED: Words(
            "Your intake for {firm}",
            "Hello {first_name},",
            ("{firm} has looked at what you sent and needs something again:",),
            "Open my page",
            "The link is yours alone. Please do not forward this message.",
            "{firm} needs a document again. What to do: {url}",
        ),
        REMINDER: Words(
            "Your intake for {firm}",
            "Hello {first_name},",
            (
                "{firm} is still waiting for some of your answers or documents. What you have entered so far is saved."
                " Go on where you stopped:",
            ),
            "Go on",
            "If you have questions, please call or write to the firm.",
            "{firm}: your intake is not finished yet. Go on here: {url}",
        ),
        CODE: Words(
            "Your intake for {firm}",
            "Hello {first_name},",
            ("Somebody opened your private link on a new device. If it was you, enter this code there:",),
            "",
            "It is valid for 15 minutes. If it was not you, do nothing and tell the firm. Nobody from the firm will"
            " ever ask you for this code.",
            "{firm}: your code is {code}. Valid for 15 minutes. If you did not ask for it, tell the firm.",
        ),
    },
    "es": {
        LINK: Words(
            "Su información para {firm}",
            "Hola, {first_name}:",
            (
                "{firm} le pide algunas respuestas y documentos. No necesita cuenta ni contraseña: este enlace privado"
                " abre su página. Puede parar en cualquier momento y continuar después, también en su teléfono.",
            ),
            "Abrir mi página",
            "El enlace es solo para usted. Por favor, no reenvíe este mensaje.",
            "{firm}: su página privada: {url}",
        ),
        REJECTED: Words(
            "Su información para {firm}",
            "Hola, {first_name}:",
            ("{firm} ha revisado lo que usted envió y necesita algo de nuevo:",),
            "Abrir mi página",
            "El enlace es solo para usted. Por favor, no reenvíe este mensaje.",
            "{firm} necesita un documento de nuevo. Qué hacer: {url}",
        ),
        REMINDER: Words(
            "Su información para {firm}",
            "Hola, {first_name}:",
            (
                "{firm} todavía espera algunas de sus respuestas o documentos. Lo que ya escribió está guardado."
                " Continúe donde lo dejó:",
            ),
            "Continuar",
            "Si tiene preguntas, llame o escriba a la oficina.",
            "{firm}: aún falta información. Continúe aquí: {url}",
        ),
        CODE: Words(
            "Su información para {firm}",
            "Hola, {first_name}:",
            ("Alguien abrió su enlace privado en un dispositivo nuevo. Si fue usted, escriba allí este código:",),
            "",
            "Es válido durante 15 minutos. Si no fue usted, no haga nada y avise a la oficina. Nadie de la oficina le"
            " pedirá nunca este código.",
            "{firm}: su código es {code}. Válido 15 minutos. Si no lo pidió, avise a la oficina.",
        ),
    },
}

TO_STAFF: dict[str, Words] = {
    SUBMITTED: Words(
        "An intake was handed in",
        "{first_name} is done",
        ("A client has answered the questions and handed in the intake. It is ready for review.",),
        "Open the matter",
    ),
    COMPLETED: Words(
        "An intake is complete",
        "Everything is approved",
        ("Every required document of this intake is approved.",),
        "Open the matter",
    ),
    LOCKED: Words(
        "A client's link is locked for a while",
        "Wrong codes on a new device",
        (
            "Somebody opened a client's private link on a new device and entered wrong codes too often. New devices"
            " are locked out for 30 minutes; devices that were let in before still work.",
            "If the client did not try, revoke the link on the matter and send a new one.",
        ),
        "Open the matter",
    ),
    EXPIRING: Words(
        "A client's link expires in a week",
        "A link expires in 7 days",
        ("{first_name}'s intake is not finished. Renew the link on the matter to give more time.",),
        "Open the matter",
    ),
    INVITATION: Words(
        "{firm} invites you to CaseHug",
        "Welcome, {first_name}",
        ("{inviter} has invited you to work with {firm} in CaseHug. Choose a password to sign in for the first time.",),
        "Choose a password",
        "The link works for three days and once. If you do not know who invited you, do nothing.",
    ),
}

# To the firm's admins, about the firm and not about a matter.
TO_ADMINS: dict[str, Words] = {
    SYNC_TROUBLE: Words(
        "A sync to Lawmatics needs attention",
        "A sync needs attention",
        (
            "At least one matter is held on its way to Lawmatics, or keeps failing. Nothing is lost: it waits in"
            " CaseHug. The page tells the cause of each, and has the button that mends it.",
        ),
        "See what needs attention",
        "You get one more e-mail, when nothing is held or failing any more.",
    ),
    SYNC_BROKEN: Words(
        "Lawmatics no longer accepts the connection",
        "Please connect Lawmatics again",
        (
            "Lawmatics refuses CaseHug’s access, so nothing goes there at the moment. Nothing is lost: matters wait"
            " in CaseHug and go out once a firm admin connects the same account again.",
        ),
        "Connect again",
        "You get one more e-mail, when everything has gone out.",
    ),
    SYNC_RECOVERED: Words(
        "Lawmatics is in step again",
        "All is well again",
        ("Nothing is held any more on its way to Lawmatics, and nothing is failing.",),
        "Open Lawmatics in CaseHug",
    ),
}

FRAME: dict[str, dict[str, str]] = {
    "en": {"help": "Questions? Call {phone}.", "unsubscribe": "Stop these e-mails"},
    "es": {"help": "¿Preguntas? Llame al {phone}.", "unsubscribe": "No recibir estos correos"},
}
