namespace HybridLlm.Testing.Ec2.Instances;

/// <summary>Instance states, with EC2's codes.</summary>
internal enum InstanceState
{
    Pending = 0,
    Running = 16,
    ShuttingDown = 32,
    Terminated = 48,
    Stopping = 64,
    Stopped = 80,
}

/// <summary>Why an instance is in its state.</summary>
/// <param name="Code">E.g. <c>Server.SpotInstanceTermination</c>.</param>
/// <param name="Text">What follows the code in EC2's message.</param>
internal sealed record StateReason(string Code, string Text)
{
    public static StateReason ByUser { get; } = new("Client.UserInitiatedShutdown", "User initiated shutdown");

    public static StateReason ByGuest { get; } = new("Client.InstanceInitiatedShutdown", "Instance initiated shutdown");

    public static StateReason SpotTermination { get; } =
        new("Server.SpotInstanceTermination", "Spot instance termination");

    public static StateReason NoCapacity { get; } =
        new("Server.InsufficientInstanceCapacity", "There was insufficient capacity available to satisfy the request");

    /// <summary>Whether AWS ended it, and not its owner.</summary>
    public bool IsAws => Code.StartsWith("Server.", StringComparison.Ordinal);
}
