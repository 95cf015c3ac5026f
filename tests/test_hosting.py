"""The image and what composes it keep their word: ports, names, users and places agree. No image is built here."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml

from ocr_core.settings import ServiceLimits

ROOT = Path(__file__).resolve().parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def declared_places() -> set[str]:
    found = re.search(r"^VOLUME (\[.+\])$", DOCKERFILE, re.MULTILINE)
    assert found
    return set(yaml.safe_load(found[1]))


def mounts(service: dict[str, Any]) -> dict[str, str]:
    """Where things lie in the container, and what lies there."""
    return {inside: outside for outside, inside in (mount.split(":")[:2] for mount in service["volumes"])}


def test_the_service_is_the_one_that_was_published() -> None:
    service = SERVICES["ocr-service"]
    assert [port.rpartition(":")[2] for port in service["ports"]] == ["5000"]
    assert service["ports"][0].startswith("${SERVICE_PORT:-5000}")
    assert {"DEVICE": "cpu", "MAX_IMAGE_WIDTH": "1200"}.items() <= service["environment"].items()
    assert mounts(service)["/app/uploads"] == "./uploads"
    assert (ROOT / "uploads").is_dir(), "a folder that docker has to make belongs to root"


def test_the_dashboard_shares_cases_and_runs_with_the_service() -> None:
    service, dashboard = (mounts(SERVICES[name]) for name in ("ocr-service", "dashboard"))
    for place in ("/app/cases", "/app/runs", "/app/own-models"):
        assert service[place] == dashboard[place]
    assert set(COMPOSE["volumes"]) == {name for name in {**service, **dashboard}.values() if not name.startswith(".")}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_writes_in_declared_places_alone_and_has_no_rights(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] and service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "/tmp" in service["tmpfs"]
    assert set(mounts(service)) <= declared_places()
    assert not service["user"].startswith(("0", "root"))


def test_the_image_runs_as_nobody_special_and_asks_after_its_health() -> None:
    last = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]
    user = re.findall(r"^USER (.+)$", last, re.MULTILINE)
    assert user and user[-1] not in ("0", "root")
    assert last.index("\nUSER ") > last.rindex("\nRUN ")
    assert "HEALTHCHECK" in last and "/healthz" in last
    assert re.search(r"^EXPOSE 5000$", last, re.MULTILINE) and "PORT=5000" in last


def test_every_variable_that_names_a_place_names_a_declared_one() -> None:
    named = re.findall(r"=(/app/[\w/-]+)", DOCKERFILE)
    assert len(named) >= 3
    for place in map(PurePosixPath, named):
        assert any(str(parent) in declared_places() for parent in (place, *place.parents))


def test_whatever_is_declared_can_be_written_by_whoever_starts_it() -> None:
    """A named volume starts as a copy of the image's folder, rights and all."""
    made = re.search(r"mkdir -m 1777 (.+)$", DOCKERFILE, re.MULTILINE)
    assert made and set(made[1].split()) == declared_places()


def test_what_is_copied_into_the_image_is_there() -> None:
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        *sources, _ = line.split()
        assert all((ROOT / source).exists() for source in sources)


def test_the_image_leaves_out_what_was_put_here_by_hand() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {".*", "runs", "cases", "own-models", "uploads", "tests"} <= set(lines)
    assert "!.streamlit" in lines and not {"models", "eval", "apps", "ocr_core", "sample_images"} & set(lines)


def test_compose_itself_takes_the_file(tmp_path: Path) -> None:
    command = _compose()
    if command is None:
        pytest.skip("docker compose is not on this machine")
    done = subprocess.run([*command, "config"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    resolved = yaml.safe_load(done.stdout)
    assert set(resolved["services"]) == {"ocr-service", "dashboard"}
    assert resolved["services"]["ocr-service"]["user"] == "1000:1000"


def _compose() -> list[str] | None:
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) and subprocess.run([*command, "version"], capture_output=True).returncode == 0:
            return command
    return None


GUIDE = (ROOT / "docs" / "hosting.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def test_the_guide_names_every_place_that_is_written() -> None:
    rows = GUIDE.partition("| place |")[2].partition("\n\n")[0]
    assert set(re.findall(r"`(/app/[a-z-]+)`", rows)) == declared_places()


def test_the_proxy_takes_what_the_service_and_the_dashboard_take() -> None:
    service, dashboard = re.findall(r"client_max_body_size (\d+)m;", block("nginx"))
    assert int(service) * 2**20 == ServiceLimits().max_body_bytes
    assert f"maxUploadSize = {dashboard}\n" in (ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    waits = re.findall(r"proxy_read_timeout (\d+)s;", block("nginx"))
    assert all(int(seconds) > ServiceLimits().longest_request_s for seconds in waits)


def test_the_proxys_part_is_one_that_nginx_takes(tmp_path: Path) -> None:
    nginx = shutil.which("nginx")
    if nginx is None:
        pytest.skip("nginx is not on this machine")
    part = re.sub(
        r"^\s*ssl_certificate.*\n", "", block("nginx").replace("443 ssl", "127.0.0.1:18443"), flags=re.MULTILINE
    )
    config = tmp_path / "nginx.conf"
    config.write_text(f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{part}}}\n")
    done = subprocess.run(
        [nginx, "-t", "-p", str(tmp_path), "-c", str(config)], capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0, done.stderr


def test_the_cluster_asks_routes_that_there_are_and_gives_no_rights() -> None:
    pod = yaml.safe_load(block("yaml"))["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    probes = {name: container[name]["httpGet"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    routes = (ROOT / "apps" / "server" / "routes_state.py").read_text(encoding="utf-8")
    assert all(f'"{probe["path"]}"' in routes and probe["port"] == 5000 for probe in probes.values())
    assert container["securityContext"]["readOnlyRootFilesystem"] and pod["securityContext"]["runAsNonRoot"]
    mounted = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert set(mounted) == {volume["name"] for volume in pod["volumes"]}
    assert set(mounted.values()) <= declared_places() | {"/tmp"}
