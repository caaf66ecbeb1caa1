package replay

import (
	"time"

	"github.com/rs/zerolog"
)

// Options say how a session is played.
type Options struct {
	Broker Broker
	// Speed is recorded time over real time; 0 plays as fast as the system takes it.
	Speed float64
	// Wait stays until the system reports that the whole session is analysed and
	// its events are stored.
	Wait bool
	// InFlight bounds the chunks sent but not acknowledged; 0 means 64.
	InFlight int
	// Ahead bounds, with Wait, how far the sending may be ahead of the analysis,
	// so that no broker has to queue hours of signal; 0 means 15 minutes.
	Ahead time.Duration
	// Patience is how long nothing at all may move before the session is given
	// up; 0 means 5 minutes.
	Patience time.Duration
	// ConnectPatience is the same for the first connection; 0 means 30 seconds.
	ConnectPatience time.Duration
	Clock           Clock
	Log             zerolog.Logger
	// Observe is told of every change, always from the same goroutine.
	Observe func(State)
}

// State says how far a session has come.
type State struct {
	Chunks int
	// Acknowledged chunks are with the broker.
	Acknowledged int
	// Connected is false while the broker cannot be reached.
	Connected bool
	// Analysed is the end of the analysed signal, from the session's start.
	Analysed time.Duration
	// Windows analysed so far, as the system reports it.
	Windows uint64
	// Refused counts chunks that the system refused or never got.
	Refused uint64
	// RefusedEvents counts events that the store refused for good.
	RefusedEvents uint64
	// Stored tells that all is analysed and its events are stored, but for those.
	Stored bool
}

// withDefaults fills in what is not given.
func (o Options) withDefaults() Options {
	if o.InFlight == 0 {
		o.InFlight = 64
	}
	if o.Ahead == 0 {
		o.Ahead = 15 * time.Minute
	}
	if o.Patience == 0 {
		o.Patience = 5 * time.Minute
	}
	if o.ConnectPatience == 0 {
		o.ConnectPatience = 30 * time.Second
	}
	if o.Clock == nil {
		o.Clock = SystemClock{}
	}
	if o.Observe == nil {
		o.Observe = func(State) {}
	}
	return o
}
