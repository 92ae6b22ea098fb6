"""Made-up secrets and benign lines: 100 and 150 small files, drawn anew from a seed.

Nothing that looks like a secret is written here: `@NAME@` is filled with a drawn value when the probe is made. A line
of SECRETS, DISGUISED and BENIGN is a path, two spaces, and the text with `⏎` for line ends.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from drawing import drawn

_MARK = re.compile(r"@([A-Z_0-9]+)@")


@dataclass(frozen=True)
class Case:
    """One file of the probe. group: which part of it; secret: whether it must be blocked."""

    group: str
    path: str
    text: str
    secret: bool


def cases(seed: int) -> Iterator[Case]:
    """Give the whole probe for a seed."""
    rnd = random.Random(seed)  # noqa: S311 - no cryptography
    for group, listed, secret in (("secret", SECRETS, True), ("disguised", DISGUISED, True), ("benign", BENIGN, False)):
        for line in listed.strip().split("\n"):
            path, text = line.split("  ", 1)
            kind = "token" if "@T_" in text else group
            filled = _MARK.sub(lambda mark: drawn(mark[1], rnd), text.replace("⏎", "\n"))
            yield Case(kind, path, filled + "\n", secret)


SECRETS = """
src/shop/a.py  GITHUB = "@GITHUB@"
src/shop/a.py  client = Gitlab("https://gitlab.com", "@T_GITLAB@")
.github/workflows/ci.yaml  env:⏎  SLACK_TOKEN: @T_SLACK@
src/shop/notify.py  HOOK = "@T_SLACKHOOK@"
src/shop/pay.py  stripe.api_key = "@T_STRIPE@"
.env  OPENAI_API_KEY=@T_OPENAI@
src/shop/llm.py  client = Anthropic(api_key="@T_ANTHROPIC@")
deploy/credentials  [default]⏎aws_access_key_id = @T_AWSID@⏎aws_secret_access_key = @T_AWSSECRET@
web/map.js  const key = "@T_GOOGLE@";
config/mail.yml  sendgrid: @T_SENDGRID@
.npmrc  //registry.example.org/:_authToken=@T_NPM@
.pypirc  [pypi]⏎username = __token__⏎password = @T_PYPI@
bot/run.py  bot = telegram.Bot("@T_TELEGRAM@")
infra/main.tf  provider "digitalocean" {⏎  token = "@T_DIGITALOCEAN@"⏎}
src/ml/load.py  model = load("x", token="@T_HUGGINGFACE@")
tests/test_shopify.py  TOKEN = "@T_SHOPIFY@"
notebooks/run.py  DATABRICKS_TOKEN = "@T_DATABRICKS@"
Dockerfile  RUN docker login -u me -p @T_DOCKER@
src/shop/vault.py  VAULT = hvac.Client(token="@T_VAULT@")
docs/usage.md  Use `@T_LINEAR@` to call Linear.
api/postman.json  {"key": "@T_POSTMAN@"}
config/newrelic.yml  api: @T_NEWRELIC@
grafana/run.sh  curl -H "Authorization: Bearer @T_GRAFANA@" https://grafana.acme.io
src/shop/blob.py  BLOB = "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=@T_AZURE@"
src/shop/news.py  mailchimp_api_key = "@T_MAILCHIMP@"
deploy/id_rsa  @RSA@
src/shop/sign.py  KEY = \"\"\"@EC@\"\"\"
src/shop/a.py  password = "@PW@"
src/shop/a.py  DB_PASSWORD: Final = "@PW@"
src/shop/a.py  DATABASES = {"default": {"USER": "shop", "PASSWORD": "@PW@"}}
src/shop/a.py  connection = psycopg.connect(host=host, user="shop", password="@PW@")
src/shop/a.py  engine = create_engine("postgresql://shop:@KEY@@db.acme.io/shop")
src/shop/a.py  SECRET_KEY = "@DJANGO@"
src/shop/a.py  cipher = Fernet("@FERNET@")
src/shop/a.py  payload = jwt.decode(raw, "@KEY@", algorithms=["HS256"])
src/shop/a.py  token = os.getenv("API_TOKEN", "@KEY@")
src/shop/a.py  def connect(user: str, passwd: str = "@PW@") -> None: ...
src/shop/a.py  class Settings(BaseSettings):⏎    smtp_password: str = "@PW@"
src/shop/a.py  class Settings(BaseSettings):⏎    api_key: SecretStr = SecretStr("@KEY@")
src/shop/a.py  if request.form["password"] == "@PW@":⏎    login()
src/shop/a.py  smtp.login("bot@acme.io", "@PW@")
src/shop/a.py  requests.get(url, auth=("bot", "@PW@"))
src/shop/a.py  headers = {"Authorization": "Bearer @KEY@"}
src/shop/a.py  headers = {"X-Api-Key": "@KEY@"}
src/shop/a.py  # old password = "@PW@"
src/shop/a.py  client = Redis(host, 6379, 0, "@PW@")
src/shop/a.py  setattr(settings, "db_password", "@PW@")
src/shop/a.py  os.environ.setdefault("ADMIN_PASSWORD", "@PW@")
src/shop/a.py  @click.option("--token", default="@KEY@")⏎def main(): ...
src/shop/a.py  ACCESS = dict(client_secret="@KEY@")
src/shop/a.py  SESSION = "@JWT@"⏎headers["Authorization"] = "Bearer " + SESSION
src/shop/a.py  run(["mysql", "-u", "root", "-p@PW@", "shop"])
src/shop/a.py  run("sshpass -p '@PW@' ssh deploy@acme.io", shell=True)
src/shop/a.py  match = hmac.compare_digest(given_password, "@PW@")
.env  DB_PASSWORD=@PW@
.env.production  export SECRET_KEY='@KEY@'
config/app.yaml  database:⏎  password: @PW@
config/app.yaml  apiKey: "@KEY@"
k8s/deploy.yaml  - name: ADMIN_PASSWORD⏎  value: "@PW@"
k8s/secret.yaml  kind: Secret⏎data:⏎  password: @D_K8S@
config/app.json  {"db": {"password": "@PW@"}}
config/app.json  {"name": "API_TOKEN", "value": "@KEY@"}
config/app.toml  [smtp]⏎password = "@PW@"
config/app.xml  <property name="password" value="@KEY@"/>
config/app.xml  <client-secret>@KEY@</client-secret>
app.properties  spring.datasource.password=@PW@
setup.ini  [mail]⏎pass = @PW@
Dockerfile  ENV ADMIN_PASSWORD=@PW@
Dockerfile  ENV API_TOKEN @KEY@
deploy/run.sh  export PGPASSWORD='@PW@'
deploy/run.sh  curl -u bot:@KEY@ https://acme.io/api
deploy/run.sh  mysql -u root --password='@PW@' shop
infra/main.tf  resource "aws_db_instance" "a" {⏎  password = "@PW@"⏎}
infra/main.tf  variable "db_password" {⏎  default = "@PW@"⏎}
web/api.ts  export const apiKey: string = "@KEY@";
web/api.js  fetch(url, { headers: { authorization: "Basic @BASIC@" } });
web/api.js  const client = new Client({ user: "shop", password: '@PW@' });
notebooks/a.ipynb  {⏎ "source": [⏎  "api_key = \\"@KEY@\\"\\n",⏎  "x = 1"⏎ ]⏎}
compose.yaml  services:⏎  db:⏎    environment:⏎      - POSTGRES_PASSWORD=@KEY@
.netrc  machine acme.io login bot password @PW@
requirements.txt  --extra-index-url https://bot:@KEY@@pypi.acme.io/simple
"""

DISGUISED = """
src/shop/b.py  password = @D_PLUS@
src/shop/b.py  password = @D_BESIDE@
src/shop/b.py  password = @D_JOIN@
src/shop/b.py  password = @D_NAMED@
src/shop/b.py  password = @D_PERCENT@
src/shop/b.py  password = @D_FSTRING@
src/shop/b.py  password = @D_B64@
src/shop/b.py  password = @D_HEX@
src/shop/b.py  password = @D_CHRS@
src/shop/b.py  password = @D_MAPPED@
src/shop/b.py  password = @D_LISTED@
src/shop/b.py  password = @D_REVERSED@
src/shop/b.py  password = @D_REVCALL@
src/shop/b.py  password = @D_BYTES@
src/shop/b.py  password = @D_BLITERAL@
src/shop/b.py  password = @D_ESCAPED@
src/shop/b.py  password = @D_ZERO@
src/shop/b.py  password = @D_LATER@
src/shop/b.py  value = "@PIECES@"
"""

BENIGN = """
src/shop/a.py  password = os.environ["DB_PASSWORD"]
src/shop/a.py  password = os.getenv("DB_PASSWORD", "")
src/shop/a.py  token = settings.api_token
src/shop/a.py  token = request.headers["X-Auth-Token-V2"]
src/shop/a.py  password = getpass.getpass("Password (8 or more): ")
src/shop/a.py  password: str = Field(min_length=8, max_length=128)
src/shop/a.py  password = "changeme"
src/shop/a.py  API_KEY = "your-api-key"
src/shop/a.py  API_KEY = "<YOUR_API_KEY>"
src/shop/a.py  SECRET = "xxxxxxxxxxxxxxxxxxxxxxxx"
src/shop/a.py  token_url = "https://login.acme.io/oauth2/v2.0/token"
src/shop/a.py  TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"
src/shop/a.py  GRANT = {"grant_type": "client_credentials", "token_endpoint_auth_method": "client_secret_basic"}
src/shop/a.py  PASSWORD_RESET_URL = "/account/password/reset/2"
src/shop/a.py  PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
src/shop/a.py  AUTH_PASSWORD_VALIDATORS = [{"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"}]
src/shop/a.py  password_pattern = r"^(?=.*[A-Z])(?=.*\\d)[A-Za-z\\d]{8,}$"
src/shop/a.py  PASSWORD_ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
src/shop/a.py  error = "password: at least 1 digit and 1 capital letter"
src/shop/a.py  messages = {"password_too_short": "Use 12 or more characters"}
src/shop/a.py  SECRET_NAME = "projects/acme-prod-1/secrets/db/versions/3"
src/shop/a.py  SECRET_ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-AbCdEf"
src/shop/a.py  secret_path = "secret/data/shop/v2/db"
src/shop/a.py  api_key_header = APIKeyHeader(name="X-API-Key")
src/shop/a.py  key = f"token:{user.id}:v2"
src/shop/a.py  cache_key = "shop:basket:v2:@HEX8@"
src/shop/a.py  sort_key = "created_at_2024"
src/shop/a.py  sha256 = "@HEX64@"
src/shop/a.py  COMMIT = "@HEX40@"
src/shop/a.py  NAMESPACE = uuid.UUID("@UUID@")
src/shop/a.py  pixel = "data:image/png;base64,@B64400@"
src/shop/a.py  FAVICON = base64.b64decode("@B64200@")
src/shop/a.py  PUBLIC_KEY = \"\"\"@PUBLIC@\"\"\"
src/shop/a.py  CERTIFICATE = \"\"\"@CERT@\"\"\"
src/shop/a.py  public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI@B6443@ me@acme.io"
src/shop/a.py  url = "postgresql://localhost:5432/shop"
src/shop/a.py  url = f"postgresql://{user}:{password}@{host}/shop"
src/shop/a.py  url = "https://user@acme.io/repo.git"
src/shop/a.py  url = "https://acme.io:8443/path@2x.png"
src/shop/a.py  dsn = "mysql://%s:%s@%s/%s"
src/shop/a.py  parser.add_argument("--password", help="the password (default: $PGPASSWORD)")
src/shop/a.py  PASSWORD_FIELD = By.ID, "login-password-2"
src/shop/a.py  driver.find_element("id", "password2").send_keys(password)
src/shop/a.py  log.info("token %s refreshed in %.2f s", token_id, seconds)
src/shop/a.py  tokens = tokenizer.encode("Hello, world 42!")
src/shop/a.py  eos_token = "<|endoftext|>"
src/shop/a.py  SPECIAL_TOKENS = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS1]"}
src/shop/a.py  tokens = [("NUMBER", r"\\d+(\\.\\d*)?"), ("ASSIGN", r":=")]
src/shop/a.py  token = Token("NAME", "x1", (1, 0), (1, 2))
src/shop/a.py  if token.type == "STRING_LITERAL_2": ...
src/shop/a.py  if token == "**=": ...
src/shop/a.py  csrf_token = "csrfmiddlewaretoken"
src/shop/a.py  access_token_expire_minutes = 60 * 24 * 8
src/shop/a.py  secret = secrets.token_urlsafe(32)
src/shop/a.py  salt = os.urandom(16)
src/shop/a.py  salt = "django.core.signing.TimestampSigner"
src/shop/a.py  algorithm = {"jwt": "HS256", "hash": "pbkdf2_sha256"}
src/shop/a.py  model = "claude-3-5-sonnet-20241022"
src/shop/a.py  image = "ghcr.io/acme/shop@sha256:@HEX64@"
src/shop/a.py  version = "1.26.0rc1+cu118.g@HEX8@"
src/shop/a.py  ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
src/shop/a.py  BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
src/shop/a.py  password = fake.password(length=12)
src/shop/a.py  def check(password: str, hashed: str) -> bool: ...
src/shop/a.py  password2 = forms.CharField(label="Password (again)", widget=forms.PasswordInput)
src/shop/a.py  SENSITIVE = ("password", "api_key", "client_secret", "x-amz-security-token")
src/shop/a.py  monkeypatch.setenv("API_TOKEN", "test-token-1")
src/shop/a.py  wheel = "https://files.pythonhosted.org/packages/@HEX2@/@HEX2@/@HEX60@/click-8.1.7-py3-none-any.whl"
src/shop/a.py  b64 = base64.b64encode(b"hello world 123").decode()
src/shop/a.py  name = "".join(["shop", "-", "worker-2"])
src/shop/a.py  query = "SELECT token FROM sessions WHERE id = %s"
src/shop/a.py  trace = "00-@HEX32@-@HEX16@-01"
src/shop/a.py  font = "d09GMgABAAAAA@B64120@"
src/shop/a.py  color = {"token": "#a1b2c3", "keyword": "#d73a49"}
src/shop/a.py  GOOGLE_CLIENT_ID = "1234567890-abc.apps.googleusercontent.com"
src/shop/a.py  secret_key_base_env = "SECRET_KEY_BASE_64"
src/shop/a.py  private_key_path = "/run/secrets/id_ed25519"
src/shop/a.py  headers = {"Authorization": f"Bearer {token}"}
src/shop/a.py  headers = {"Authorization": "Bearer " + token}
src/shop/a.py  WWW_AUTHENTICATE = 'Bearer realm="shop-api-v2", error="invalid_token"'
src/shop/a.py  doc = "Authorization: Bearer <access_token_here_123>"
src/shop/a.py  PASSWORD_KEY = "settings.password.v2"
src/shop/a.py  feature = {"token_v2_enabled": True, "password_login_2fa": False}
.env.example  DB_PASSWORD=changeme
.env  DB_PASSWORD=
.env  DB_PASSWORD=${POSTGRES_PASSWORD}
.env  PASSWORD_FILE=/run/secrets/db_password_1
.env  DEBUG=1⏎TOKEN_TTL=3600s
config/app.yaml  password: ${DB_PASSWORD}
config/app.yaml  password: !secret db_password_2
config/app.yaml  passwordSecretRef: {name: db, key: password-1}
config/app.yaml  existingSecret: shop-db-credentials-2
config/app.yaml  secretName: tls-acme-io-v1
config/app.yaml  tokenUrl: https://login.acme.io/v2/token
config/app.yaml  password: "{{ vault_db_password2 }}"
config/app.yaml  api_token: op://vault1/item/field
.github/workflows/ci.yaml  token: ${{ secrets.GITHUB_TOKEN }}
.github/workflows/ci.yaml  - uses: actions/setup-python@@HEX40@
.github/workflows/ci.yaml  key: ${{ runner.os }}-pip-${{ hashFiles('uv.lock') }}
.github/workflows/ci.yaml  id-token: write
.pre-commit-config.yaml  rev: @HEX40@
k8s/deploy.yaml  - name: ADMIN_PASSWORD⏎  valueFrom:⏎    secretKeyRef:⏎      name: shop-2⏎      key: admin-password
k8s/deploy.yaml  - secretRef:⏎    name: shop-secrets-v2
k8s/deploy.yaml  tokenExpirationSeconds: 3607
compose.yaml  POSTGRES_PASSWORD_FILE: /run/secrets/pg1
compose.yaml  image: postgres:16.2-alpine3.19
openapi.json  {"password": {"type": "string", "minLength": 8, "title": "Password2"}}
openapi.json  {"tokenUrl": "/api/v1/login/access-token"}
locales/en.json  {"password": "Password", "password_confirm": "Repeat your password"}
locales/de.json  {"password": "Passwort", "forgot_password": "Passwort vergessen?"}
locales/fr.yaml  password: Mot-de-passe⏎token: Jeton
locales/en.json  {"login.password.label": "Password2"}
package.json  {"scripts": {"token": "node scripts/token2.js"}, "jsonwebtoken": "^9.0.2"}
package-lock.json  "integrity": "sha512-@B6486@=="
uv.lock  { url = "https://files.pythonhosted.org/a.whl", hash = "sha256:@HEX64@" }
poetry.lock  content-hash = "@HEX64@"
yarn.lock  resolved "https://registry.yarnpkg.com/js-tokens/-/js-tokens-4.0.0.tgz#@HEX40@"
requirements.txt  click==8.1.7 --hash=sha256:@HEX64@
go.sum  github.com/golang-jwt/jwt/v5 v5.2.1 h1:@B6443@=
SHA256SUMS  @HEX64@  shop-1.0.tar.gz
pyproject.toml  pyjwt = "^2.8.0"⏎python-secrets = ">=1.2,<2"
setup.cfg  password = %(password)s
infra/main.tf  password = var.db_password
infra/main.tf  token = data.vault_generic_secret.do.data["token2"]
infra/main.tf  secret_id = aws_secretsmanager_secret.db.id
infra/main.tf  key_name = "deploy-2024"
Dockerfile  ARG API_TOKEN⏎ENV API_TOKEN=$API_TOKEN
Dockerfile  RUN --mount=type=secret,id=npmrc,target=/app/.npmrc npm ci
deploy/run.sh  TOKEN=$(vault read -field=token secret/shop2)
deploy/run.sh  read -rsp "Password: " PASSWORD
deploy/run.sh  curl -u "$USER:$PASSWORD" https://acme.io/api2
deploy/run.sh  curl -H "Authorization: Bearer $TOKEN2" https://acme.io
web/app.ts  const token = localStorage.getItem("auth-token-v2");
web/app.ts  password: z.string().min(8).max(64),
web/app.tsx  <input type="password" name="password" id="password-2" autoComplete="new-password" />
web/app.js  const { password, password2 } = form.values;
web/app.js  export const TOKEN_KEY = 'shop:auth:token:v1';
web/app.css  --token-color-1: #a1b2c3; --password-width: 12rem;
web/app.html  <script src="a.js" integrity="sha384-@B6464@" crossorigin="anonymous"></script>
app.properties  spring.datasource.password=${DB_PASSWORD:}
app.xml  <password>${db.password}</password>
docs/usage.md  Set `API_KEY=sk-your-key-here` and run it.
docs/usage.md  export STRIPE_KEY=sk_test_...
docs/usage.md  git clone https://user:token@github.com/acme/shop
README.md  Log in with admin / admin123 on http://localhost:8000
notebooks/a.ipynb  {⏎ "cells": [⏎  {"id": "@HEX8@", "outputs": [{"data": {"image/png": "@B64300@"}}]}⏎ ]⏎}
tests/test_login.py  client.login(username="me", password="pass1234")
tests/test_login.py  SECRET = "test-secret-key-for-tests-1"
tests/data.json  {"access_token": "fake-token-123", "expires_in": 3600}
tests/cassettes/a.yaml  set-cookie: session=@B6440@; Path=/
"""
