namespace HybridLlm.AwsGpu;

/// <summary>What an AWS error code means for the caller's next move.</summary>
public enum AwsErrorKind
{
    /// <summary>A code this package has no rule for.</summary>
    Unknown,

    /// <summary>No machine of that type is free in that zone now; another pool or a few minutes may help.</summary>
    Capacity,

    /// <summary>The spot price is above the price offered.</summary>
    PriceTooLow,

    /// <summary>A limit of the account in the region is reached; other zones do not help.</summary>
    Quota,

    /// <summary>The zone does not have that instance type or feature.</summary>
    Unsupported,

    /// <summary>The subnet has no free address.</summary>
    SubnetFull,

    /// <summary>Credentials, permissions or the state of the account refuse the call.</summary>
    Permission,

    /// <summary>A parameter is wrong; repeating the call cannot help.</summary>
    Invalid,

    /// <summary>Too many calls; nothing was done.</summary>
    Throttled,

    /// <summary>AWS failed or its answer was lost; the call may have taken effect.</summary>
    OutcomeUnknown,

    /// <summary>The idempotency token was used before with other parameters.</summary>
    TokenConflict,

    /// <summary>The resource does not exist, or is too new to be seen.</summary>
    NotFound,

    /// <summary>The resource or relation exists already.</summary>
    AlreadyThere,

    /// <summary>Something still depends on the resource or is changing it.</summary>
    Dependency,

    /// <summary>A condition of the call did not hold, e.g. the object exists already.</summary>
    Precondition,
}
