from django.contrib.auth.forms import AuthenticationForm

from maca.design.forms import Form, PasswordField, TextField


class SignInForm(AuthenticationForm, Form):
    """E-mail address and password. The same sentence whether or not the account exists."""

    username = TextField(label="E-mail address", autocomplete="username")
    password = PasswordField(label="Password")
    error_messages = {
        "invalid_login": "That e-mail address and password do not match an account.",
        "inactive": "That e-mail address and password do not match an account.",
    }
