namespace HybridLlm.Ollama.Continuity;

/// <summary>The part of an answer that one server gives.</summary>
/// <param name="Endpoint">The server.</param>
/// <param name="Plan">What it is sent.</param>
/// <param name="Before">What had been delivered before.</param>
internal sealed record Leg(OllamaEndpoint Endpoint, ContinuationPlan Plan, AnswerSoFar Before);

/// <summary>What comes next of a leg: a chunk, a failure, or neither if another server is ready.</summary>
internal readonly record struct LegStep(OllamaChunk? Chunk, OllamaException? Failure);
