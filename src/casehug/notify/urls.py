from django.urls import path

from casehug.notify import pages

urlpatterns = [path("mail/unsubscribe/<str:signed>/", pages.unsubscribe_page, name="unsubscribe")]
