// Package schemas holds the contract between Holter's parts and with devices:
// the Protobuf messages in holter/v1, and asyncapi.yaml, which says on which MQTT
// and Kafka topics they travel, under which keys, and how large they may be; and
// openapi.yaml, the console's HTTP API.
//
// There is no code here but the test that keeps the document and the code
// together; the messages' Go package is schemas/holter/v1. Changes must be
// compatible: `make lint` compares with the last release.
package schemas
