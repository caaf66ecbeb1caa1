# Servers that Holter embeds or is tested against.


# InfluxDB 1.8.10, the embedded event store, beside holter in bin/ and in the
# cache folder, where `go test` finds it.
influxd: ## InfluxDB 1.8.10, into bin/ and the cache
	scripts/influxd.sh

# End-to-end test against a real Mosquitto, Apache Kafka and InfluxDB, with
# all services as separate programs, two alerters among them.
test-real: build onnxruntime influxd ## the end-to-end test against real Mosquitto, Apache Kafka and InfluxDB
	scripts/real/test.sh

.PHONY: influxd test-real
