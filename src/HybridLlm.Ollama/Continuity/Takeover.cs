namespace HybridLlm.Ollama.Continuity;

/// <summary>Decides how an answer of which something has been delivered goes on at a server: asks it all it needs to, then plans.</summary>
internal sealed class Takeover(
    AskedFor asked,
    AnswerJournal journal,
    EndpointInspector inspector,
    ContinuityOptions options
)
{
    private const string CountedAgain = "tokens that came as one were counted by reading them again";

    /// <summary>The plan, or why this server will not do.</summary>
    /// <param name="server">Where it may go on.</param>
    /// <param name="origin">Who the server was where it began; null if it did not say.</param>
    /// <param name="cause">Why it left the last server; null if that is draining.</param>
    /// <param name="cancellationToken">Ends the answer.</param>
    /// <exception cref="ContinuityLostException">No server will do.</exception>
    public async Task<(ContinuationPlan? Plan, OllamaException? Failure)> PlanAsync(
        OllamaClient server,
        ServerIdentity? origin,
        OllamaException? cause,
        CancellationToken cancellationToken
    )
    {
        ContinuationPlan plan;
        try
        {
            plan = await DecideAsync(server, origin, cancellationToken).ConfigureAwait(false);
        }
        catch (OllamaException e) when (FailureTriage.IsTooLong(e))
        {
            throw TooLong(e);
        }
        catch (OllamaException e)
        {
            return (null, e);
        }

        if (plan.Lost is { } lost)
        {
            throw new ContinuityLostException(lost, "Ask again; the answer so far cannot be kept.", cause);
        }

        const string Remedy =
            "Give every server the same model, by digest, and the same version of Ollama, or set RequireSameVersion to false.";
        return plan.Unfit is { } unfit
            ? (null, new ContinuityLostException($"{server.Address} cannot take it up: {unfit}.", Remedy, cause))
            : (plan, null);
    }

    /// <summary>A server that refused to read an answer so far, which has outgrown what its model remembers.</summary>
    public static ContinuityLostException TooLong(OllamaException refusal) =>
        new(
            $"{ContinuationPlanner.Outgrown}, as the next server finds.",
            "Ask again, with a larger num_ctx; the answer so far cannot be kept.",
            refusal
        );

    private async Task<ContinuationPlan> DecideAsync(
        OllamaClient server,
        ServerIdentity? origin,
        CancellationToken cancellationToken
    )
    {
        var identity = await EndpointInspector.AskAsync(server, asked.Model, cancellationToken).ConfigureAwait(false);
        if (ContinuationPlanner.WhyUnfit(asked, origin, identity, options.RequireSameVersion) is { } why)
        {
            return ContinuationPlan.UnfitBecause(why);
        }

        var soFar = journal.Delivered;
        var facts = await inspector
            .InspectAsync(server, identity, origin, asked, soFar, cancellationToken)
            .ConfigureAwait(false);
        var plan = ContinuationPlanner.Plan(asked, soFar, facts);
        if (!plan.AfterSeam || soFar is { Uncounted: false, Tokens: not null })
        {
            return plan;
        }

        var tokens = await PromptProbe.CountAnswerAsync(asked, plan, server, cancellationToken).ConfigureAwait(false);
        // A limit that falls inside a character leaves a U+FFFD, which reads as more tokens than it was.
        var most = asked.MaxTokens(facts.Model) ?? int.MaxValue;
        journal.Correct(Math.Min(Math.Max(tokens, soFar.Tokens ?? 0), most));
        plan = ContinuationPlanner.Plan(asked, journal.Delivered, facts);
        // By chance a token may be less likely than those shown, and seem odd for that.
        return asked.IsGreedy(facts.Model) ? plan with { Doubts = [.. plan.Doubts, CountedAgain] } : plan;
    }
}
