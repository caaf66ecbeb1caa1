test-console: build onnxruntime influxd ## the console in a real Chromium: its page, and a walk through the whole system
	scripts/console/test.sh

.PHONY: test-console
