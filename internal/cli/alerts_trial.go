package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/holterd/holter/internal/alerter"
)

func (a *App) alertsTrialCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "test-message NAME",
		Short: "Send a test message with a picture to a person or a channel",
		Long: `Send a test message, with a simulated strip as its picture, to a person of the
rules by all of their channels, or to one of alerter.channels, alerter.urls or
alerter.webhooks by its name (the names of the latter two are in the alerter's log
and in the error for an unknown name). Times are in the person's zone. No alert is
raised.`,
		Example: `  holter alerts test-message nurse-a --config holter.yaml
  holter alerts test-message nurse-a-phone --config holter.yaml`,
		Args: one("the name of a person or a channel"),
		RunE: func(command *cobra.Command, args []string) error { return a.alertsTrial(command.Context(), args[0]) },
	}
	a.configFlag(command)
	return command
}

func (a *App) alertsTrial(ctx context.Context, name string) error {
	cfg, err := a.config()
	if err != nil {
		return err
	}
	trials, err := alerter.Try(ctx, cfg, name, a.Clock.Now())
	if err != nil {
		return err
	}
	var failed error
	for _, t := range trials {
		switch {
		case t.Err != nil:
			failed = errors.Join(failed, fmt.Errorf("%s: %w", t.Target, t.Err))
		case t.Refused != nil:
			_, _ = fmt.Fprintf(a.Out, "%s: sent, without the picture (%v)\n", t.Target, t.Refused)
		default:
			_, _ = fmt.Fprintf(a.Out, "%s: sent\n", t.Target)
		}
	}
	return failed
}
