namespace HybridLlm.AwsGpu.Bootstrap;

/// <summary>What a node can do before it is anyone. Each URL is a capability: whoever has it can use it, once or until it ends.</summary>
/// <param name="Request">PUT of the request.</param>
/// <param name="Reply">GET of the reply.</param>
/// <param name="Report">PUT of the report.</param>
public sealed record MailboxUrls(Uri Request, Uri Reply, Uri Report)
{
    /// <summary>Does not print the signatures.</summary>
    public override string ToString() => $"mailbox {Request.AbsolutePath}";
}
