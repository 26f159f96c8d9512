from pathlib import Path
import pytest
MIG = Path(__file__).parents[1] / "migrations"
@pytest.mark.real
async def test_migrates(database):
    url = database(migrations=MIG)
    print(url)
