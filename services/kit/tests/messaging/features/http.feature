Feature: Events over HTTP, as hospitals' systems send them

    Scenario Outline: attributes in headers (<type>)
    Given an HTTP request
        """
        POST /events HTTP/1.1
        Host: aftercare.test
        CE-SpecVersion: 1.0
        Ce-Type: test.ward.note
        ce-id: e-17
        ce-source: urn:test:ward%209
        ce-subject: "caf%C3%A9 \"9\""
        ce-correlationid: c-1
        Content-Type: <type>

        {"beds": 4}
        """
    When parsed as HTTP request
    Then the attributes are:
        | key             | value            |
        | specversion     | 1.0              |
        | id              | e-17             |
        | type            | test.ward.note   |
        | source          | urn:test:ward 9  |
        | subject         | café "9"         |
        | correlationid   | c-1              |
        | datacontenttype | <type>           |
    And the data is equal to the following JSON:
        """
        {"beds": 4}
        """
    Examples:
    | type                            |
    | application/json                |
    | application/fhir+json           |
    | application/json; charset=UTF-8 |

    Scenario Outline: everything in the body (<type>)
    Given an HTTP request
        """
        POST /events HTTP/1.1
        Content-Type: <type>

        {"specversion": "1.0", "type": "test.ward.note", "id": "e-18", "source": "urn:test", "subject": null,
         "attempt": 3, "final": false, "data": {"beds": 5}}
        """
    When parsed as HTTP request
    Then the attributes are:
        | key         | value          |
        | specversion | 1.0            |
        | id          | e-18           |
        | type        | test.ward.note |
        | source      | urn:test       |
        | attempt     | 3              |
        | final       | false          |
    And the data is equal to the following JSON:
        """
        {"beds": 5}
        """
    Examples:
    | type                                        |
    | application/cloudevents+json                |
    | application/cloudevents+json; charset=utf-8 |
    | application/json                            |
