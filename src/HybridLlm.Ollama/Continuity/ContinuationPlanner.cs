using System.Text.Json.Nodes;

namespace HybridLlm.Ollama.Continuity;

/// <summary>Decides how an answer is taken up. Pure: same request, answer and facts, same plan.</summary>
internal static class ContinuationPlanner
{
    internal const string OpenThought = "<think>";
    internal const string CloseThought = "</think>";

    /// <summary>Why an answer does not go on that fills the context: what the first server has forgotten of it by now, another would not.</summary>
    internal const string Outgrown = "prompt and answer have outgrown the model's context";

    /// <summary>The smallest context a server chooses by itself, tokens.</summary>
    private const int LeastContext = 4096;

    /// <summary>Fields that belong to the template the raw prompt has already been through, or that raw refuses.</summary>
    private static readonly string[] s_templateFields =
    [
        "messages",
        "system",
        "template",
        "context",
        "suffix",
        "tools",
        "think",
    ];

    /// <summary>True if the plan needs the server's rendering of the prompt.</summary>
    public static bool NeedsRendering(AskedFor asked) => !asked.Format && !asked.Raw;

    /// <summary>True if the plan needs to know how the server renders the answer so far as a message.</summary>
    public static bool NeedsTrailing(AskedFor asked, AnswerSoFar soFar, ModelDescription model) =>
        NeedsRendering(asked)
        && asked.Api == OllamaApi.Chat
        && soFar.Text.Length > 0
        && soFar.ToolCalls.Count == 0
        && (asked.Tools || model.Parser is not null || soFar.Thinking.Length > 0);

    /// <summary>True if the plan needs to know how much the server's model remembers.</summary>
    public static bool NeedsContext(AskedFor asked, AnswerSoFar soFar) => !asked.Format && soFar.ToolCalls.Count == 0;

    /// <summary>The request as it was, where nothing of its answer has been delivered.</summary>
    public static ContinuationPlan Restart(AskedFor asked) => Again(asked, ContinuationMethod.Restart);

    /// <summary>Why an answer cannot go on at a server, whatever it is; null if it may.</summary>
    /// <param name="asked">The request.</param>
    /// <param name="origin">Who the server was where it began; null if it did not say.</param>
    /// <param name="server">Who this one is.</param>
    /// <param name="sameVersion">Whether it must be of the same version.</param>
    public static string? WhyUnfit(AskedFor asked, ServerIdentity? origin, ServerIdentity server, bool sameVersion) =>
        server.Digest is null ? $"it does not have {asked.Model}"
        : origin is { Digest: { } digest } && digest != server.Digest ? $"its {asked.Model} has other weights"
        : !sameVersion || origin?.Version == server.Version ? null
        : origin is null
            ? $"it is version {server.Version}, and the server where the answer began did not say which it is"
        : $"it is version {server.Version}, and the answer began at version {origin.Version}";

    /// <summary>How an answer of which something has been delivered goes on at a server that will do.</summary>
    public static ContinuationPlan Plan(AskedFor asked, AnswerSoFar soFar, EndpointFacts facts)
    {
        if (asked.MaxTokens(facts.Model, facts.ContextLength) is { } limit && soFar.Tokens >= limit)
        {
            return new ContinuationPlan
            {
                Method = ContinuationMethod.Finish,
                Api = asked.Api,
                Body = [],
                Doubts = Doubts(asked, soFar, facts),
            };
        }

        return asked.Format ? Replay(asked, facts, "the grammar of a JSON answer cannot start in its middle")
            : soFar.ToolCalls.Count > 0 ? Replay(asked, facts, "tools have been called")
            : facts.PromptTokens + soFar.Tokens >= facts.ContextLength ? Replay(asked, facts, Outgrown)
            : soFar.Thinking.Length > 0 ? Thinking(asked, soFar, facts)
            : Plain(asked, soFar, facts);
    }

    /// <summary>The request with the answer so far as the assistant's last message.</summary>
    public static JsonObject WithTrailing(JsonObject body, AnswerSoFar soFar)
    {
        var copy = body.DeepClone().AsObject();
        JsonObject message = new() { ["role"] = "assistant", ["content"] = soFar.Text };
        if (soFar.Thinking.Length > 0)
        {
            message["thinking"] = soFar.Thinking;
        }

        copy["messages"]!.AsArray().Add((JsonNode)message);
        return copy;
    }

    private static ContinuationPlan Plain(AskedFor asked, AnswerSoFar soFar, EndpointFacts facts)
    {
        if (asked.Raw)
        {
            return Raw(asked, soFar, facts, asked.Prompt + soFar.Text, SeamDoubts(asked, soFar, facts));
        }

        if (facts.Trailing.Continues(soFar.Text))
        {
            return Trailing(asked, soFar, facts, SeamDoubts(asked, soFar, facts));
        }

        if (asked.Tools)
        {
            return Replay(asked, facts, "without its template the model's tool calls would come as text");
        }

        var doubts = SeamDoubts(asked, soFar, facts);
        doubts.AddRange(facts.Model.Parser is { } parser ? [$"the parser {parser} does not see a raw answer"] : []);
        return Raw(asked, soFar, facts, Prompt(facts) + soFar.Text, doubts);
    }

    private static ContinuationPlan Thinking(AskedFor asked, AnswerSoFar soFar, EndpointFacts facts)
    {
        var doubts = SeamDoubts(asked, soFar, facts);
        doubts.Add("a parser has removed the white space round the thought");
        if (soFar.Text.Length > 0 && facts.Trailing.AddsTo(soFar.Text))
        {
            return Trailing(asked, soFar, facts, doubts);
        }

        var opened = facts.Rendered!.TrimEnd().EndsWith(OpenThought, StringComparison.Ordinal);
        if (asked.Tools || (!opened && facts.Model.Parser is not null))
        {
            return Replay(asked, facts, "what marks its thoughts is known to its parser only");
        }

        var thought = Prompt(facts) + (opened ? "" : OpenThought + "\n") + soFar.Thinking;
        return soFar.Text.Length == 0
            ? Raw(asked, soFar, facts, thought, doubts) with
            {
                InThought = true,
            }
            : Raw(asked, soFar, facts, $"{thought}\n{CloseThought}\n\n{soFar.Text}", doubts);
    }

    private static ContinuationPlan Replay(AskedFor asked, EndpointFacts facts, string why) =>
        asked.IsGreedy(facts.Model)
            ? Again(asked, ContinuationMethod.Replay) with
            {
                Doubts = ServerDoubts(facts),
            }
            : ContinuationPlan.LostBecause($"{why}, and with a temperature a new answer would be another.");

    private static ContinuationPlan Again(AskedFor asked, ContinuationMethod method) =>
        new()
        {
            Method = method,
            Api = asked.Api,
            Body = asked.Body.DeepClone().AsObject(),
            Doubts = [],
        };

    private static ContinuationPlan Trailing(
        AskedFor asked,
        AnswerSoFar soFar,
        EndpointFacts facts,
        IReadOnlyList<string> doubts
    ) =>
        new()
        {
            Method = ContinuationMethod.TrailingAssistant,
            Api = OllamaApi.Chat,
            Body = Remaining(WithTrailing(asked.Body, soFar), asked, soFar, facts),
            Doubts = doubts,
            SureWithin = SureWithin(asked, facts),
        };

    private static ContinuationPlan Raw(
        AskedFor asked,
        AnswerSoFar soFar,
        EndpointFacts facts,
        string prompt,
        IReadOnlyList<string> doubts
    )
    {
        var body = asked.Body.DeepClone().AsObject();
        foreach (var field in s_templateFields)
        {
            body.Remove(field);
        }

        body["prompt"] = prompt;
        body["raw"] = true;
        if (asked.Images.Count > 0)
        {
            body["images"] = new JsonArray([.. asked.Images.Select(i => i.DeepClone())]);
        }

        return new ContinuationPlan
        {
            Method = ContinuationMethod.RawPrompt,
            Api = OllamaApi.Generate,
            Body = Remaining(body, asked, soFar, facts),
            Doubts = doubts,
            SureWithin = SureWithin(asked, facts),
        };
    }

    /// <summary>
    /// Takes what has been delivered off the limit, has the server refuse a prompt it would have to shorten, and show how tightly it
    /// chose each token.
    /// </summary>
    private static JsonObject Remaining(JsonObject body, AskedFor asked, AnswerSoFar soFar, EndpointFacts facts)
    {
        // A prompt cut to fit the context would be another prompt.
        body["truncate"] = false;
        body["logprobs"] = true;
        body["top_logprobs"] = Math.Max(RoundingWatch.Alternatives, asked.TopLogprobs);
        if (asked.MaxTokens(facts.Model, facts.ContextLength) is { } limit)
        {
            if (body["options"] is not JsonObject options)
            {
                body["options"] = options = [];
            }

            // Uncounted, one token at least is left: 0 would mean without limit.
            options["num_predict"] = Math.Max(1, limit - (soFar.Tokens ?? 0));
        }

        return body;
    }

    /// <summary>A server chooses a context by the memory it finds; where it is not told, two may have different ones.</summary>
    private static int? SureWithin(AskedFor asked, EndpointFacts facts) =>
        asked.ContextLength(facts.Model) is null ? Math.Min(LeastContext, facts.ContextLength ?? LeastContext) : null;

    private static string Prompt(EndpointFacts facts) => BosRule.Apply(facts.Rendered!, facts.Model);

    /// <summary>What speaks against a text that more tokens are added to.</summary>
    private static List<string> SeamDoubts(AskedFor asked, AnswerSoFar soFar, EndpointFacts facts) =>
        [
            .. Doubts(asked, soFar, facts),
            .. asked.IsPenalized(facts.Model)
                ? ["with penalties for repeating nobody sees how tightly a token was chosen"]
                : (string[])[],
        ];

    private static List<string> Doubts(AskedFor asked, AnswerSoFar soFar, EndpointFacts facts)
    {
        (bool Applies, string Doubt)[] doubts =
        [
            (!asked.IsGreedy(facts.Model), "with a temperature the rest is another of many likely ones"),
            (soFar.Tokens is null, "the first server did not count its tokens"),
            (asked.Images.Count > 0, "images were not compared"),
            (asked.Context, "the context's token numbers were turned into text"),
        ];
        return [.. doubts.Where(d => d.Applies).Select(d => d.Doubt), .. ServerDoubts(facts)];
    }

    private static IReadOnlyList<string> ServerDoubts(EndpointFacts facts) =>
        facts.Origin is not { } origin ? ["the first server did not say which version and weights it has"]
        : origin.Version != facts.Identity.Version ? ["the servers have different versions"]
        : [];
}
