package analyzer

import (
	"google.golang.org/protobuf/proto"

	"github.com/holterd/holter/internal/kafka"
	"github.com/holterd/holter/pkg/localize"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

const (
	invalid = holterv1.Reason_REASON_INVALID
	// maxPayload is how much of a refused record is kept.
	maxPayload = 1 << 20
)

// refuse puts a record of ecg.samples aside.
func (w *worker) refuse(s *step, m kafka.Message, k key, why refusal) {
	w.metrics.chunks.WithLabelValues("refused").Inc()
	w.log.Warn().Err(why.err).Stringer("recording", k).Int64("offset", m.Offset).Msg("chunk refused: see ecg.deadletter")
	s.refused = append(s.refused, w.deadLetter(&holterv1.DeadLetter{
		Topic: kafka.TopicSamples, Device: k.device, Patient: k.patient,
		Reason: why.reason, Detail: why.err.Error(), Payload: m.Value[:min(len(m.Value), maxPayload)],
	}))
}

// refusedEvent puts an event aside that the store will never take.
func (w *worker) refusedEvent(e localize.Event, reason string) kafka.Message {
	payload, err := proto.Marshal(toMessage(e))
	if err != nil {
		payload = []byte(e.ID)
	}
	return w.deadLetter(&holterv1.DeadLetter{
		Topic: kafka.TopicEvents, Device: e.Device, Patient: e.Patient,
		Reason: invalid, Detail: "InfluxDB refuses the event: " + reason, Payload: payload,
	})
}

func (w *worker) deadLetter(d *holterv1.DeadLetter) kafka.Message {
	d.TimeNs = w.now().UnixNano()
	value, err := proto.Marshal(d)
	if err != nil { // a name that is not UTF-8
		value, _ = proto.Marshal(&holterv1.DeadLetter{
			TimeNs: d.TimeNs, Topic: d.Topic, Reason: d.Reason, Detail: err.Error(), Payload: d.Payload,
		})
	}
	return kafka.PatientMessage(d.Patient, value)
}
