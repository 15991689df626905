"""What the web server loads: `granian --interface wsgi casehug.config.wsgi:application`."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "casehug.config.settings")
application = get_wsgi_application()

from casehug.config.startup import refuse_unless_safe  # noqa: E402 - models load only once apps are ready

refuse_unless_safe()

# What was loaded stays for good: left out of every later look for garbage, these looks are cheap and come often enough
# to let go of request bodies soon. Without both twenty uploads at once cost some 25 MB more (`make bench`).
gc.collect()
gc.freeze()
gc.set_threshold(1000, 5, 2)
