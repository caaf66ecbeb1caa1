# shellcheck shell=bash
# Parts of test.sh: the servers, each in $work, with its process id in pids.

# free_port prints a TCP port that nobody listens on and that the kernel does
# not give to outgoing connections.
free_port() {
	local port
	while :; do
		port=$((20000 + RANDOM % 10000))
		case " ${taken:-} " in *" $port "*) continue ;; esac
		if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
			echo "$port"
			return
		fi
	done
}

start_mosquitto() {
	mqtt_port=$(free_port)
	taken="${taken:-} $mqtt_port"
	mkdir "$work/mosquitto"
	# What matters is as in deploy/mosquitto.conf.
	cat >"$work/mosquitto.conf" <<-EOF
		listener $mqtt_port 127.0.0.1
		allow_anonymous true
		persistence true
		persistence_location $work/mosquitto/
		$(grep -E '^(max_|autosave)' deploy/mosquitto.conf)
	EOF
	if [ "$(id -u)" -eq 0 ]; then echo "user root" >>"$work/mosquitto.conf"; fi
	PATH="$PATH:/usr/sbin" mosquitto -c "$work/mosquitto.conf" >"$work/mosquitto.log" 2>&1 &
	pids+=($!)
}

start_kafka() {
	local controller
	kafka_port=$(free_port)
	taken="$taken $kafka_port"
	controller=$(free_port)
	taken="$taken $controller"
	cat >"$work/kafka.properties" <<-EOF
		process.roles=broker,controller
		node.id=1
		controller.quorum.voters=1@127.0.0.1:$controller
		listeners=PLAINTEXT://127.0.0.1:$kafka_port,CONTROLLER://127.0.0.1:$controller
		controller.listener.names=CONTROLLER
		listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
		inter.broker.listener.name=PLAINTEXT
		log.dirs=$work/kafka
		auto.create.topics.enable=false
		offsets.topic.replication.factor=1
		offsets.topic.num.partitions=3
		transaction.state.log.replication.factor=1
		transaction.state.log.min.isr=1
		group.initial.rebalance.delay.ms=0
	EOF
	java -cp "$kafka_jars/*" kafka.tools.StorageTool format \
		-t MkU3OEVBNTcwNTJENDM2Qk -c "$work/kafka.properties" >"$work/kafka.log" 2>&1
	java -Xmx512m -cp "$kafka_jars/*" kafka.Kafka "$work/kafka.properties" >>"$work/kafka.log" 2>&1 &
	pids+=($!)
}

start_influx() {
	influx_port=$(free_port)
	taken="$taken $influx_port"
	influx_token=
	mkdir "$work/influx"
	case "$influx_version" in
	1.*)
		cat >"$work/influx.conf" <<-EOF
			reporting-disabled = true
			bind-address = "127.0.0.1:0"
			[meta]
			  dir = "$work/influx/meta"
			[data]
			  dir = "$work/influx/data"
			  wal-dir = "$work/influx/wal"
			[http]
			  bind-address = "127.0.0.1:$influx_port"
			  flux-enabled = true
			  log-enabled = false
			[monitor]
			  store-enabled = false
		EOF
		"$influxd" run -config "$work/influx.conf" >"$work/influx.log" 2>&1 &
		;;
	2.*)
		influx_token=holter-test-real
		"$influxd" --reporting-disabled --http-bind-address "127.0.0.1:$influx_port" \
			--bolt-path "$work/influx/influxd.bolt" --sqlite-path "$work/influx/influxd.sqlite" \
			--engine-path "$work/influx/engine" >"$work/influx.log" 2>&1 &
		;;
	esac
	pids+=($!)
}

# wait_for NAME COMMAND… waits until the command succeeds, for two minutes.
wait_for() {
	local name=$1 end=$((SECONDS + 120))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || fail "$name does not answer"
		sleep 0.2
	done
	echo "$name answers after $SECONDS s"
}

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1"); }

wait_for_servers() {
	wait_for Mosquitto answers "$mqtt_port"
	wait_for Kafka answers "$kafka_port"
	wait_for InfluxDB curl -fsS "http://127.0.0.1:$influx_port/health"
	if [ -n "$influx_token" ]; then
		curl -fsS -o /dev/null "http://127.0.0.1:$influx_port/api/v2/setup" -d \
			"{\"username\":\"holter\",\"password\":\"holter-test\",\"org\":\"holter\",\"bucket\":\"first\",\"token\":\"$influx_token\"}"
	fi
}
