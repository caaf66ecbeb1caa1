// Package alerter tells people what matters: it reads ecg.events and
// ecg.status, applies the rules, publishes alerts to ecg.alerts, and notifies
// webhooks and notification services.
//
// What was read, what the rules remember, and what is still to be published
// and told are changed together, in one transaction for each batch of messages
// (package state). The offsets of that transaction decide where reading goes
// on; those committed to the consumer group follow them, for whoever looks at
// the group. So a crash at any point neither loses an alert nor raises it
// twice. An alert may be published twice and a notification sent twice, when
// the crash falls between the answer and the note of it: both carry an id by
// which the second is known.
//
// One alerter owns one state folder. Further alerters of the same group, each
// with its own folder, share the patients; what a rule remembers does not move
// with a partition that another member takes over.
package alerter

import (
	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/notify"
)

// Observer is told what happens, when it is on disk; from several goroutines,
// which wait for it.
type Observer interface {
	// Alert began or ended.
	Alert(alert.Alert)
	// Notification was tried.
	Notification(notify.Report)
}
