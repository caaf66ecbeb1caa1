package cli

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/holterd/holter/internal/alerter/alert"
	"github.com/holterd/holter/internal/alerter/desk"
	"github.com/holterd/holter/internal/kafka"
	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

func (a *App) alertsCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "alerts",
		Short: "List alerts, decide on them, try rules and messages",
		Long: `List the alerts as they stand in Kafka, and decide on them. What is decided goes
to the alerters through Kafka too, and into the alert's history: who, when, why.`,
		Example: `  holter alerts list
  holter alerts ack 4f1c --by $USER
  holter alerts replay my-rules.yaml --since 48h`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error { return command.Help() },
	}
	command.AddCommand(a.alertsListCommand(), a.alertsReplayCommand(), a.alertsTrialCommand())
	for _, d := range decisions() {
		command.AddCommand(a.decisionCommand(d))
	}
	return command
}

// decision is something that somebody decides about an alert.
type decision struct {
	name, short, example string
	to, until, reason    bool // flags that it has; the first two are needed
	needsReason          bool
	act                  func(c *holterv1.AlertCommand, to string, until time.Time)
}

func decisions() []decision {
	return []decision{
		{name: "ack", short: "Acknowledge an alert: escalation and repetition stop", example: "  holter alerts ack 4f1c --by $USER", reason: true,
			act: func(c *holterv1.AlertCommand, _ string, _ time.Time) {
				c.Action = &holterv1.AlertCommand_Acknowledge_{Acknowledge: &holterv1.AlertCommand_Acknowledge{}}
			}},
		{name: "assign", short: "Say who is to see to an alert", example: "  holter alerts assign 4f1c --to night-shift", to: true, reason: true,
			act: func(c *holterv1.AlertCommand, to string, _ time.Time) {
				c.Action = &holterv1.AlertCommand_Assign_{Assign: &holterv1.AlertCommand_Assign{To: to}}
			}},
		{name: "silence", short: "Notify nobody of an alert, nor of the next of its key, for a while", until: true, reason: true, needsReason: true,
			example: `  holter alerts silence 4f1c --for 30m --reason "electrodes are changed"`,
			act: func(c *holterv1.AlertCommand, _ string, until time.Time) {
				c.Action = &holterv1.AlertCommand_Silence_{Silence: &holterv1.AlertCommand_Silence{UntilNs: until.UnixNano()}}
			}},
		{name: "escalate", short: "Tell the people of an alert's next escalation step now", example: "  holter alerts escalate 4f1c --by $USER", reason: true,
			act: func(c *holterv1.AlertCommand, _ string, _ time.Time) {
				c.Action = &holterv1.AlertCommand_Escalate_{Escalate: &holterv1.AlertCommand_Escalate{}}
			}},
		{name: "note", short: "Add a note to an alert's history", example: `  holter alerts note 4f1c --reason "called, no answer"`, reason: true, needsReason: true,
			act: func(c *holterv1.AlertCommand, _ string, _ time.Time) {
				c.Action = &holterv1.AlertCommand_Note_{Note: &holterv1.AlertCommand_Note{}}
			}},
		{name: "resolve", short: "Declare an alert over", example: `  holter alerts resolve 4f1c --reason artefact`, reason: true, needsReason: true,
			act: func(c *holterv1.AlertCommand, _ string, _ time.Time) {
				c.Action = &holterv1.AlertCommand_Resolve_{Resolve: &holterv1.AlertCommand_Resolve{}}
			}},
	}
}

func (a *App) decisionCommand(d decision) *cobra.Command {
	var by, to, reason string
	var length time.Duration
	command := &cobra.Command{
		Use:   d.name + " ID",
		Short: d.short,
		Long: d.short + `.

ID is the alert's, or so much of its beginning that no other open alert has it.`,
		Example: d.example,
		Args:    one("the alert's ID"),
		RunE: func(command *cobra.Command, args []string) error {
			by = cmp.Or(by, a.Env("USER"))
			switch {
			case by == "":
				return asUsage(fmt.Errorf("--by is missing: who decides that?"))
			case d.needsReason && reason == "":
				return asUsage(fmt.Errorf("--reason is missing: why?"))
			case d.to && to == "":
				return asUsage(fmt.Errorf("--to is missing: who is to see to it?"))
			case d.until && length <= 0:
				return asUsage(fmt.Errorf("--for is missing: how long, such as 30m?"))
			}
			now := a.Clock.Now()
			c := &holterv1.AlertCommand{By: by, Reason: reason, TimeNs: now.UnixNano()}
			d.act(c, to, now.Add(length))
			return a.decide(command.Context(), args[0], c)
		},
	}
	flags := command.Flags()
	flags.StringVar(&by, "by", "", "`NAME` of who decides (default $USER)")
	if d.reason {
		flags.StringVar(&reason, "reason", "", "`TEXT` for the alert's history")
	}
	if d.to {
		flags.StringVar(&to, "to", "", "`NAME` of who is to see to it; a person of the rules is told")
	}
	if d.until {
		flags.DurationVar(&length, "for", 0, "`DURATION`, such as 30m")
	}
	a.configFlag(command)
	return command
}

func (a *App) decide(ctx context.Context, id string, c *holterv1.AlertCommand) error {
	return a.withKafka(func(client *kafka.Client, partitions int) error {
		d := desk.New(client, partitions)
		all, err := d.List(ctx)
		if err != nil {
			return err
		}
		all = slices.DeleteFunc(all, func(x alert.Alert) bool { return x.State == alert.Resolved || !strings.HasPrefix(x.ID, id) })
		if len(all) != 1 {
			return fmt.Errorf("%d open alerts have an ID that begins with %q; holter alerts list shows them", len(all), id)
		}
		if all[0].WithoutPolicy && c.GetEscalate() != nil {
			return fmt.Errorf("alert %s cannot be escalated: %w; %s", all[0].ID, alert.ErrWithoutPolicy, alert.PolicyRemedy)
		}
		c.Patient, c.Alert = all[0].Patient, all[0].ID
		if err := d.Send(ctx, c); err != nil {
			return err
		}
		_, err = fmt.Fprintf(a.Out, "passed on: %s %s, %s\n", all[0].Patient, all[0].Title, all[0].ID)
		return err
	})
}

func (a *App) alertsListCommand() *cobra.Command {
	var every, asJSON bool
	var patient string
	command := &cobra.Command{
		Use:   "list",
		Short: "List the open alerts, the newest first",
		Long: `List the open alerts, the newest first; --all also those that are over, for 30
days. --json prints one JSON object per line, with the history. Times are UTC.`,
		Example: `  holter alerts list
  holter alerts list --all --patient p17 --json`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			return a.withKafka(func(client *kafka.Client, partitions int) error {
				all, err := desk.New(client, partitions).List(command.Context())
				if err != nil {
					return err
				}
				all = slices.DeleteFunc(all, func(x alert.Alert) bool {
					return !every && x.State == alert.Resolved || patient != "" && x.Patient != patient
				})
				if asJSON {
					return printAlertLines(a.Out, all)
				}
				return printAlerts(a.Out, all)
			})
		},
	}
	flags := command.Flags()
	flags.BoolVar(&every, "all", false, "also those that are over")
	flags.StringVar(&patient, "patient", "", "only of the patient `ID`")
	flags.BoolVar(&asJSON, "json", false, "print JSON lines")
	a.configFlag(command)
	return command
}

func printAlertLines(w io.Writer, all []alert.Alert) error {
	out := bufio.NewWriter(w)
	lines := json.NewEncoder(out)
	for _, x := range all {
		if err := lines.Encode(x); err != nil {
			return fmt.Errorf("print alerts: %w", err)
		}
	}
	return out.Flush()
}

func printAlerts(w io.Writer, all []alert.Alert) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(out, "ID\tRAISED\tPRIORITY\tSTATE\tPATIENT\tTITLE\tASSIGNEE\tREMARK")
	for _, x := range all {
		remark := ""
		switch {
		case x.HeldBy != "":
			remark = "held back by " + x.HeldBy
		case !x.SilencedUntil.IsZero() && x.State != alert.Resolved:
			remark = "silenced until " + x.SilencedUntil.Format(time.DateTime)
		}
		_, _ = fmt.Fprintf(out, "%.8s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", x.ID, x.Raised.Format(time.DateTime), x.Priority, x.State, x.Patient, x.Title, x.Assignee, remark)
	}
	return out.Flush()
}
