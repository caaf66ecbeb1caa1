// Package holterv1 is the Go form of the messages that Holter's parts and devices
// exchange: ecg.proto is what devices send, event.proto what is made of it. The
// files *.pb.go are generated (make proto); what each field means, its unit and
// who sets it stands in the .proto files.
package holterv1
