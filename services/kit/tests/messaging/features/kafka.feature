Feature: Events on Kafka, as hospitals' systems send them

    Scenario: attributes in headers, with a superfluous content type
    Given a Kafka message with payload:
        """
        {"beds": 4}
        """
    And Kafka headers:
        | key                | value                |
        | ce_specversion     | 1.0                  |
        | ce_id              | e-1                  |
        | ce_type            | test.ward.note       |
        | ce_source          | urn:test             |
        | ce_time            | 2026-03-01T06:30:00Z |
        | ce_datacontenttype | text/plain           |
        | content-type       | application/json     |
    When parsed as Kafka message
    Then the attributes are:
        | key             | value                |
        | specversion     | 1.0                  |
        | id              | e-1                  |
        | type            | test.ward.note       |
        | source          | urn:test             |
        | time            | 2026-03-01T06:30:00Z |
        | datacontenttype | application/json     |
    And the data is equal to the following JSON:
        """
        {"beds": 4}
        """

    Scenario Outline: everything in the value (<type>)
    Given a Kafka message with payload:
        """
        {"specversion": "1.0", "type": "test.ward.note", "id": "e-2", "source": "urn:test", "data": {"beds": 5}}
        """
    And Kafka headers:
        | key          | value  |
        | <header>     | <type> |
    When parsed as Kafka message
    Then the attributes are:
        | key         | value          |
        | specversion | 1.0            |
        | id          | e-2            |
        | type        | test.ward.note |
        | source      | urn:test       |
    And the data is equal to the following JSON:
        """
        {"beds": 5}
        """
    Examples:
    | header       | type                                        |
    | content-type | application/cloudevents+json                |
    | Content-Type | application/cloudevents+json; charset=utf-8 |
    | content-type | application/json                            |
    | unrelated    | nothing                                     |
