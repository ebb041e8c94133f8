"""File search stores of the pretend Google."""

from tests.simulator.conftest import Client


async def test_a_store_is_filled_by_import_and_emptied_by_force(client: Client) -> None:
    _, store = await client.send("POST", "/v1beta/fileSearchStores", json={"displayName": "s"})
    path = f"/v1beta/{store['name']}"
    client.world.stored["files/x"] = {
        "project": "home-project",
        "resource": {"displayName": "notes"},
    }
    _, operation = await client.send("POST", f"{path}:importFile", json={"fileName": "files/x"})
    place = f"/v1beta/{operation['name']}"
    looks = [(await client.send("GET", place))[1].get("done") for _ in range(2)]
    assert looks == [None, True]
    _, listed = await client.send("GET", f"{path}/documents")
    (document,) = listed["documents"]
    assert document["displayName"] == "notes"
    assert (await client.send("GET", f"/v1beta/{document['name']}"))[1] == document
    other = {"x-goog-api-key": client.world.add_key("other-project")}
    for asked in (path, place, f"{path}/documents"):
        assert (await client.send("GET", asked, other))[0] == 403
    assert (await client.send("DELETE", path))[0] == 400
    assert (await client.send("DELETE", f"{path}?force=true"))[0] == 200
    assert await client.send("GET", "/v1beta/fileSearchStores") == (200, {})


async def test_a_document_is_deleted_alone(client: Client) -> None:
    _, store = await client.send("POST", "/v1beta/fileSearchStores", json={})
    client.world.stored["files/x"] = {"project": "home-project", "resource": {}}
    path = f"/v1beta/{store['name']}"
    await client.send("POST", f"{path}:importFile", json={"file_name": "files/x"})
    _, listed = await client.send("GET", f"{path}/documents")
    document = listed["documents"][0]["name"]
    assert (await client.send("DELETE", f"/v1beta/{document}"))[0] == 200
    assert (await client.send("DELETE", path))[0] == 200


async def test_unknown_fields_are_refused(client: Client) -> None:
    assert (await client.send("POST", "/v1beta/fileSearchStores", json={"odd": 1}))[0] == 400
