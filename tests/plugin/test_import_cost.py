"""A session that does not use streamtape pays nothing for it."""

import sys


def test_nothing_heavy_is_imported_for_a_project_without_cassettes(pytester, monkeypatch):
    """Collecting and running tests imports neither httpx, httpx2, pydantic, yaml nor freezegun."""
    pytester.makepyfile(
        """
        import sys

        def test_imports():
            heavy = {"httpx", "httpx2", "pydantic", "yaml", "freezegun", "anyio", "h11"}
            assert not heavy & set(sys.modules)
            assert "pytest_streamtape.plugin" in sys.modules
            assert not [name for name in sys.modules if name.partition(".")[0] == "streamtape"]
        """
    )
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # the others import what they like
    result = pytester.run(sys.executable, "-m", "pytest", "-p", "pytest_streamtape.plugin")
    result.assert_outcomes(passed=1)
