"""The paper's own architecture, and the door through which its checkpoints come in.

config      sizes of the parts
vit         the encoder and the connector in PyTorch
names       how the released state dicts name their tensors
released    reads the released encoder, projection and LoRA files
llama       reads a Hugging Face Llama folder, tensor by tensor
export      writes the ONNX folder that pkg/model runs

holter_training.curriculum trains it; the model that is shipped is another one: holter_training.model.
"""
