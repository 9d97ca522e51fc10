"""The other names of the same classes: what the official SDK calls them in its beta API.

One class serves both where the fields are the same. The SDK's `Parsed...` classes are these too:
a block that was parsed differs in what it holds beside the JSON.
"""

from typing import Any

from streamtape.messages import (
    _block_parts,
    _blocks,
    _citations,
    _details,
    _events,
    _raw,
    _tool_results,
    _usage,
)

__all__ = [
    "BetaAdvisorMessageIterationUsage",
    "BetaAdvisorRedactedResultBlock",
    "BetaAdvisorResultBlock",
    "BetaAdvisorToolResultBlock",
    "BetaAdvisorToolResultErrorObject",
    "BetaBase64PDFSource",
    "BetaBashCodeExecutionOutputBlock",
    "BetaBashCodeExecutionResultBlock",
    "BetaBashCodeExecutionToolResultBlock",
    "BetaBashCodeExecutionToolResultErrorObject",
    "BetaCacheCreation",
    "BetaCacheMissMessagesChanged",
    "BetaCacheMissModelChanged",
    "BetaCacheMissPreviousMessageNotFound",
    "BetaCacheMissSystemChanged",
    "BetaCacheMissToolsChanged",
    "BetaCacheMissUnavailable",
    "BetaCitationCharLocation",
    "BetaCitationConfig",
    "BetaCitationContentBlockLocation",
    "BetaCitationEvent",
    "BetaCitationPageLocation",
    "BetaCitationSearchResultLocation",
    "BetaCitationsDelta",
    "BetaCitationsWebSearchResultLocation",
    "BetaClearThinking20251015EditResponse",
    "BetaClearToolUses20250919EditResponse",
    "BetaCodeExecutionOutputBlock",
    "BetaCodeExecutionResultBlock",
    "BetaCodeExecutionToolResultBlock",
    "BetaCodeExecutionToolResultErrorObject",
    "BetaCompactionBlock",
    "BetaCompactionContentBlockDelta",
    "BetaCompactionEvent",
    "BetaCompactionIterationUsage",
    "BetaContainer",
    "BetaContainerSkill",
    "BetaContainerUploadBlock",
    "BetaContentBlockStopEvent",
    "BetaContextManagementResponse",
    "BetaDiagnostics",
    "BetaDirectCaller",
    "BetaDocumentBlock",
    "BetaEncryptedCodeExecutionResultBlock",
    "BetaFallbackBlock",
    "BetaFallbackCreditNotApplied",
    "BetaFallbackCreditRedeemed",
    "BetaFallbackCreditUsage",
    "BetaFallbackInfo",
    "BetaFallbackMessageIterationUsage",
    "BetaFallbackRefusalTrigger",
    "BetaInputJSONDelta",
    "BetaInputJsonEvent",
    "BetaMCPTool",
    "BetaMCPToolListingBlock",
    "BetaMCPToolResultBlock",
    "BetaMCPToolUseBlock",
    "BetaMessageIterationUsage",
    "BetaMessageStreamEvent",
    "BetaOutputTokensDetails",
    "BetaPlainTextSource",
    "BetaRawContentBlockDeltaEvent",
    "BetaRawContentBlockStartEvent",
    "BetaRawContentBlockStopEvent",
    "BetaRawMessageStopEvent",
    "BetaRedactedThinkingBlock",
    "BetaResponseToolAdditionBlock",
    "BetaResponseToolRemovalBlock",
    "BetaServerToolCaller",
    "BetaServerToolCaller20260120",
    "BetaServerToolUsage",
    "BetaServerToolUseBlock",
    "BetaSignatureDelta",
    "BetaSignatureEvent",
    "BetaTextBlock",
    "BetaTextDelta",
    "BetaTextEditorCodeExecutionCreateResultBlock",
    "BetaTextEditorCodeExecutionStrReplaceResultBlock",
    "BetaTextEditorCodeExecutionToolResultBlock",
    "BetaTextEditorCodeExecutionToolResultErrorObject",
    "BetaTextEditorCodeExecutionViewResultBlock",
    "BetaTextEvent",
    "BetaThinkingBlock",
    "BetaThinkingDroppedInputTransformation",
    "BetaThinkingEvent",
    "BetaThinkingMismatchAllowedInputTransformation",
    "BetaToolReferenceBlock",
    "BetaToolSearchToolResultBlock",
    "BetaToolSearchToolResultErrorObject",
    "BetaToolSearchToolSearchResultBlock",
    "BetaToolUseBlock",
    "BetaWebFetchBlock",
    "BetaWebFetchToolResultBlock",
    "BetaWebFetchToolResultErrorBlock",
    "BetaWebSearchResultBlock",
    "BetaWebSearchToolResultBlock",
    "BetaWebSearchToolResultErrorObject",
    "InputJsonDelta",
    "MessageStreamEvent",
    "ParsedBetaContentBlockStopEvent",
    "ParsedBetaMessageStopEvent",
    "ParsedBetaMessageStreamEvent",
    "ParsedBetaTextBlock",
    "ParsedBetaTextEvent",
    "ParsedContentBlockStopEvent",
    "ParsedMessageStopEvent",
    "ParsedMessageStreamEvent",
    "ParsedTextBlock",
]

BetaAdvisorMessageIterationUsage = _usage.AdvisorMessageIterationUsage
BetaAdvisorRedactedResultBlock = _tool_results.AdvisorRedactedResultBlock
BetaAdvisorResultBlock = _tool_results.AdvisorResultBlock
BetaAdvisorToolResultBlock = _blocks.AdvisorToolResultBlock
BetaAdvisorToolResultErrorObject = _tool_results.AdvisorToolResultErrorObject
BetaBase64PDFSource = _tool_results.Base64PDFSource
BetaBashCodeExecutionOutputBlock = _tool_results.BashCodeExecutionOutputBlock
BetaBashCodeExecutionResultBlock = _tool_results.BashCodeExecutionResultBlock
BetaBashCodeExecutionToolResultBlock = _blocks.BashCodeExecutionToolResultBlock
BetaBashCodeExecutionToolResultErrorObject = _tool_results.BashCodeExecutionToolResultErrorObject
BetaCacheCreation = _usage.CacheCreation
BetaCacheMissMessagesChanged = _details.CacheMissMessagesChanged
BetaCacheMissModelChanged = _details.CacheMissModelChanged
BetaCacheMissPreviousMessageNotFound = _details.CacheMissPreviousMessageNotFound
BetaCacheMissSystemChanged = _details.CacheMissSystemChanged
BetaCacheMissToolsChanged = _details.CacheMissToolsChanged
BetaCacheMissUnavailable = _details.CacheMissUnavailable
BetaCitationCharLocation = _citations.CitationCharLocation
BetaCitationConfig = _tool_results.CitationsConfig
BetaCitationContentBlockLocation = _citations.CitationContentBlockLocation
BetaCitationEvent = _events.CitationEvent
BetaCitationPageLocation = _citations.CitationPageLocation
BetaCitationSearchResultLocation = _citations.CitationsSearchResultLocation
BetaCitationsDelta = _raw.CitationsDelta
BetaCitationsWebSearchResultLocation = _citations.CitationsWebSearchResultLocation
BetaClearThinking20251015EditResponse = _details.ClearThinking20251015EditResponse
BetaClearToolUses20250919EditResponse = _details.ClearToolUses20250919EditResponse
BetaCodeExecutionOutputBlock = _tool_results.CodeExecutionOutputBlock
BetaCodeExecutionResultBlock = _tool_results.CodeExecutionResultBlock
BetaCodeExecutionToolResultBlock = _blocks.CodeExecutionToolResultBlock
BetaCodeExecutionToolResultErrorObject = _tool_results.CodeExecutionToolResultErrorObject
BetaCompactionBlock = _blocks.CompactionBlock
BetaCompactionContentBlockDelta = _raw.CompactionContentBlockDelta
BetaCompactionEvent = _events.CompactionEvent
BetaCompactionIterationUsage = _usage.CompactionIterationUsage
BetaContainer = _details.Container
BetaContainerSkill = _details.ContainerSkill
BetaContainerUploadBlock = _blocks.ContainerUploadBlock
BetaContentBlockStopEvent = _events.ContentBlockStopEvent
BetaContextManagementResponse = _details.ContextManagementResponse
BetaDiagnostics = _details.Diagnostics
BetaDirectCaller = _block_parts.DirectCaller
BetaDocumentBlock = _tool_results.DocumentBlock
BetaEncryptedCodeExecutionResultBlock = _tool_results.EncryptedCodeExecutionResultBlock
BetaFallbackBlock = _blocks.FallbackBlock
BetaFallbackCreditNotApplied = _usage.FallbackCreditNotApplied
BetaFallbackCreditRedeemed = _usage.FallbackCreditRedeemed
BetaFallbackCreditUsage = _usage.FallbackCreditUsage
BetaFallbackInfo = _block_parts.FallbackInfo
BetaFallbackMessageIterationUsage = _usage.FallbackMessageIterationUsage
BetaFallbackRefusalTrigger = _block_parts.FallbackRefusalTrigger
BetaInputJSONDelta = _raw.InputJSONDelta
BetaInputJsonEvent = _events.InputJsonEvent
BetaMCPTool = _block_parts.MCPTool
BetaMCPToolListingBlock = _blocks.MCPToolListingBlock
BetaMCPToolResultBlock = _blocks.MCPToolResultBlock
BetaMCPToolUseBlock = _blocks.MCPToolUseBlock
BetaMessageIterationUsage = _usage.MessageIterationUsage
BetaOutputTokensDetails = _usage.OutputTokensDetails
BetaPlainTextSource = _tool_results.PlainTextSource
BetaRawContentBlockDeltaEvent = _raw.RawContentBlockDeltaEvent
BetaRawContentBlockStartEvent = _raw.RawContentBlockStartEvent
BetaRawContentBlockStopEvent = _raw.RawContentBlockStopEvent
BetaRawMessageStopEvent = _raw.RawMessageStopEvent
BetaRedactedThinkingBlock = _blocks.RedactedThinkingBlock
BetaResponseToolAdditionBlock = _block_parts.ResponseToolAdditionBlock
BetaResponseToolRemovalBlock = _block_parts.ResponseToolRemovalBlock
BetaServerToolCaller = _block_parts.ServerToolCaller
BetaServerToolCaller20260120 = _block_parts.ServerToolCaller20260120
BetaServerToolUsage = _usage.ServerToolUsage
BetaServerToolUseBlock = _blocks.ServerToolUseBlock
BetaSignatureDelta = _raw.SignatureDelta
BetaSignatureEvent = _events.SignatureEvent
BetaTextBlock = _blocks.TextBlock
BetaTextDelta = _raw.TextDelta
BetaTextEditorCodeExecutionCreateResultBlock = (
    _tool_results.TextEditorCodeExecutionCreateResultBlock
)
BetaTextEditorCodeExecutionStrReplaceResultBlock = (
    _tool_results.TextEditorCodeExecutionStrReplaceResultBlock
)
BetaTextEditorCodeExecutionToolResultBlock = _blocks.TextEditorCodeExecutionToolResultBlock
BetaTextEditorCodeExecutionToolResultErrorObject = (
    _tool_results.TextEditorCodeExecutionToolResultErrorObject
)
BetaTextEditorCodeExecutionViewResultBlock = _tool_results.TextEditorCodeExecutionViewResultBlock
BetaTextEvent = _events.TextEvent
BetaThinkingBlock = _blocks.ThinkingBlock
BetaThinkingDroppedInputTransformation = _details.ThinkingDroppedInputTransformation
BetaThinkingEvent = _events.ThinkingEvent
BetaThinkingMismatchAllowedInputTransformation = _details.ThinkingMismatchAllowedInputTransformation
BetaToolReferenceBlock = _tool_results.ToolReferenceBlock
BetaToolSearchToolResultBlock = _blocks.ToolSearchToolResultBlock
BetaToolSearchToolResultErrorObject = _tool_results.ToolSearchToolResultErrorObject
BetaToolSearchToolSearchResultBlock = _tool_results.ToolSearchToolSearchResultBlock
BetaToolUseBlock = _blocks.ToolUseBlock
BetaWebFetchBlock = _tool_results.WebFetchBlock
BetaWebFetchToolResultBlock = _blocks.WebFetchToolResultBlock
BetaWebFetchToolResultErrorBlock = _tool_results.WebFetchToolResultErrorBlock
BetaWebSearchResultBlock = _tool_results.WebSearchResultBlock
BetaWebSearchToolResultBlock = _blocks.WebSearchToolResultBlock
BetaWebSearchToolResultErrorObject = _tool_results.WebSearchToolResultErrorObject
InputJsonDelta = _raw.InputJSONDelta
ParsedBetaContentBlockStopEvent = _events.ContentBlockStopEvent
ParsedBetaMessageStopEvent = _events.BetaMessageStopEvent
ParsedBetaTextBlock = _blocks.TextBlock
ParsedBetaTextEvent = _events.TextEvent
ParsedContentBlockStopEvent = _events.ContentBlockStopEvent
ParsedMessageStopEvent = _events.MessageStopEvent
ParsedTextBlock = _blocks.TextBlock

# Everything that a stream yields.
MessageStreamEvent = (
    _raw.RawMessageStartEvent
    | _raw.RawContentBlockStartEvent
    | _raw.RawContentBlockDeltaEvent
    | _raw.RawMessageDeltaEvent
    | _events.TextEvent[Any]
    | _events.CitationEvent
    | _events.ThinkingEvent
    | _events.SignatureEvent
    | _events.InputJsonEvent
    | _events.CompactionEvent
    | _events.ContentBlockStopEvent[Any]
    | _events.MessageStopEvent[Any]
    | _raw.UnknownEvent
)
BetaMessageStreamEvent = MessageStreamEvent
ParsedMessageStreamEvent = MessageStreamEvent
ParsedBetaMessageStreamEvent = MessageStreamEvent
