test-console: build onnxruntime influxd ## the console in a real Chromium: its page, and a walk through the whole system
	scripts/console/test.sh

bench-console: build influxd ## how long readers wait on a day with 100,000 events, in a real Chromium
	scripts/console/test.sh bench

.PHONY: test-console bench-console
