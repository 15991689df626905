"""What the web server loads: `granian --interface wsgi casehug.config.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casehug.config.settings")
application = get_wsgi_application()

from casehug.config.startup import refuse_unless_safe  # noqa: E402 - models load only once apps are ready

refuse_unless_safe()
